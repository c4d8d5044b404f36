import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import type { Rule, RuleLevel } from '../../src/model/rule.ts';
import { spokenDuration } from '../../src/model/spoken-duration.ts';

const file = join(import.meta.dirname, '../../docs/default-rules.md');
const { types } = loadDeviceTypes(join(import.meta.dirname, '../../devices'));

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string) => `\`${cell(text)}\``;
const lasting = (ms: number) => (ms > 0 ? ` for ${spokenDuration(ms, 'en')}` : '');

function beginning(level: RuleLevel): string {
  const steps = level.sequence?.map(({ when, forMs, unless, withinMs }) => {
    const bounds = [lasting(forMs), withinMs === null ? '' : ` within ${spokenDuration(withinMs, 'en')}`];
    return `${code(when)}${bounds.join('')}${unless === null ? '' : `, unless ${code(unless)}`}`;
  });
  if (steps) return steps.join(', then ');
  const confirmed = level.confirm === undefined ? '' : `, ${level.confirm} readings in a row`;
  return `${code(level.when)}${lasting(level.forMs)}${confirmed}`;
}

function rowsOf(rule: Rule): string[] {
  const name = `${code(rule.id.split('/')[1]!)} ${rule.name.zh} ${rule.name.en}`;
  if (rule.silentForMs !== null) {
    const usual = rule.silentUsualPeriods ? `, or ${rule.silentUsualPeriods} of the device's own usual periods` : '';
    return [
      `| ${name} | ${rule.severity} | nothing came for ${spokenDuration(rule.silentForMs, 'en')}${usual} | something comes |`,
    ];
  }
  return rule.levels.map((level, i) => {
    const over = level.clear === null ? 'no longer' : code(level.clear);
    return `| ${i === 0 ? name : ''} | ${level.severity} | ${beginning(level)} | ${over}${lasting(level.clearForMs)} |`;
  });
}

function sectionOf(type: DeviceType): string {
  return [
    `## ${type.id} ${type.name.zh} ${type.name.en}`,
    '',
    '| rule | severity | begins when | is over when |',
    '| --- | --- | --- | --- |',
    ...type.rules.flatMap(rowsOf),
    '',
    ...type.rules.flatMap(({ id, advice, source }) => [
      `- ${code(id.split('/')[1]!)}`,
      `  - 处置：${advice.zh}`,
      `  - 依据：${source.zh}`,
      `  - What to do: ${advice.en}`,
      `  - Source: ${source.en}`,
    ]),
  ].join('\n');
}

test('docs/default-rules.md lists every rule of the folders as it is; `vitest run test/devices -u` writes it anew', async () => {
  const [about] = readFileSync(file, 'utf8').split('\n## elder-wristband ');
  const sections = [...types.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(sectionOf);
  await expect(`${about}\n${sections.join('\n\n')}\n`).toMatchFileSnapshot(file);
});

const rules = [...types.values()].flatMap((type) => type.rules);

test('no automatic alarm speaks as an official public warning does', () => {
  for (const { id, name, advice, text } of rules) {
    for (const said of [name.zh, advice.zh, text?.zh ?? '']) expect(said, id).not.toMatch(/预警发布|发布预警|预警信号/);
    for (const said of [name.en, advice.en, text?.en ?? '']) expect(said, id).not.toMatch(/public warning/i);
  }
});

test('every rule that calls somebody says how soon', () => {
  const soon = /立即|分钟|小时|当日|当班|三日|一周|一刻钟|下次|尽快|先|暴雨中/;
  for (const { id, advice } of rules) {
    if (id.startsWith('road-sign/')) continue;
    expect(advice.zh, id).toMatch(soon);
  }
});
