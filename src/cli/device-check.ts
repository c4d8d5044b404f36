import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { checkDeviceType } from '../devices/check.ts';
import { foldersIn, loadDeviceType, loadDeviceTypes } from '../devices/registry.ts';
import { LinesOfRules } from '../devices/rule-file.ts';
import { readSiteFile } from '../devices/site-file.ts';
import { compileType } from '../rules/compile.ts';
import type { RuleMistake } from '../rules/rule-mistake.ts';
import { loadSettings } from '../settings/load.ts';
import type { Outcome } from './main.ts';

const usage = `npm run tocsin -- device check [folder …]

Checks folders of device types, all of devices/ when none is named: device.yaml, the examples through the decoder, and
each rule; what is wrong is named with its line and what is allowed.`;

/** `device check [folder …]`: files, examples and rules of device types, and how many of each were looked at. */
export function deviceCheck(folders: string[]): Outcome {
  const option = folders.find((one) => one.startsWith('-'));
  if (option !== undefined) return { text: usage, ok: true, misunderstood: option !== '--help' };
  const settings = loadSettings({ env: process.env });
  const named =
    folders.length > 0 ? folders : foldersIn(settings.devicesDir).map((name) => join(settings.devicesDir, name));
  const site = settings.siteFile ? readSiteFile(settings.siteFile) : null;
  // Areas are also those of the store, which is not looked at here.
  const names = (kind: 'area' | 'place') => (site && kind === 'place' ? [...site.places.keys()] : null);
  const { types } = loadDeviceTypes(settings.devicesDir);
  let examples = 0;
  let rules = 0;
  const failures: string[] = [];
  for (const folder of named) {
    const result = existsSync(folder)
      ? checkDeviceType(folder)
      : { checked: 0, failures: [`there is no folder ${folder}`] };
    examples += result.checked;
    failures.push(...result.failures);
    if (result.checked === 0) continue;
    const type = { ...loadDeviceType(folder), others: () => types };
    rules += type.rules.length;
    failures.push(
      ...compileType(type, undefined, names).problems.map(
        (problem) => `${placeIn(folder, problem)}: ${problem.message}`,
      ),
    );
  }
  const counts = [count(named.length, 'device type'), count(examples, 'example'), count(rules, 'rule')];
  const checked = `${counts.join(', ')}: ${count(failures.length, 'failure')}.`;
  return { text: [...failures, checked].join('\n'), ok: failures.length === 0 && named.length > 0 };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Where a rule that does not compile stands: file and line of the condition. */
function placeIn(folder: string, { rule, expression }: RuleMistake): string {
  const line = new LinesOfRules(readFileSync(join(folder, 'rules.yaml'), 'utf8')).of(rule, expression);
  return `${basename(resolve(folder))}/rules.yaml:${line}`;
}
