import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSiteFile } from '../../src/devices/site-file.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Site } from '../../src/model/site.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { deviceType, testDevice } from './support.ts';

function siteOf(text: string): Site {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-limits-'));
  try {
    writeFileSync(join(folder, 'site.yaml'), text);
    return readSiteFile(join(folder, 'site.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Devices on which a level of 26 cm is an alarm. */
function alarmed(when: string, site: Site, ids: readonly string[]): string[] {
  const type = deviceType({ channels: { level: 'cm' }, rules: [{ name: 'r', levels: [{ severity: 'red', when }] }] });
  const places = new Places('Asia/Shanghai', site);
  const rulesOf = rulesByType(new Map([[type.id, compileType(type)]]));
  const fold = new Fold(rulesOf, undefined, (device) => places.around(device));
  return ids.filter((id) => {
    const effects: AlarmEffect[] = [];
    fold.sample(
      { ...testDevice, id },
      { deviceId: id, measuredAt: 1e12, receivedAt: 1e12, values: { level: 26 } },
      effects,
    );
    return effects.length > 0;
  });
}

const site = siteOf('limits:\n  low: { closing: 0.25 m }\n  high: { closing: 30 cm }\n  wrong: { closing: 2 mg/m3 }\n');

test('each device has its own limit, in whatever unit of its kind', () => {
  expect(alarmed('level >= limit(level, "closing")', site, ['low', 'high', 'other', 'wrong'])).toEqual(['low']);
});

test('one that has none, or one of another kind, goes by the number in the rule', () => {
  expect(alarmed('level >= limit(level, "closing", 20 cm)', site, ['low', 'high', 'other', 'wrong'])).toEqual([
    'low',
    'other',
    'wrong',
  ]);
});

test('the site file of docs/rules.md has the levels of a river gauge', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
  const { limits } = siteOf(/```site\n([\s\S]*?)```/.exec(page)![1]!);
  expect(limits.get('river-7')?.get('warning')).toEqual({ value: 11.5, unit: 'm' });
});

test.each(['11.5', '11,5 m', 'eleven m', '11.5 parsecs'])('a limit of %s is refused, with its line', (wrong) => {
  expect(() => siteOf(`limits:\n  river-7: { warning: "${wrong}" }\n`)).toThrow(/site\.yaml:2: .*11\.50 m/);
});

test.each([
  ['level >= limit(level, "closing", 2 mg/m3)', /same kind/],
  ['level >= limit(level)', /limit is written/],
  ['level >= limit(level, 27 cm)', /quotation marks/],
])('%s is refused', (when, message) => {
  const type = deviceType({ channels: { level: 'cm' }, rules: [{ name: 'r', levels: [{ severity: 'red', when }] }] });
  expect(compileType(type).problems[0]?.message).toMatch(message);
});
