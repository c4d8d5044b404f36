import { expect, test } from 'vitest';
import { loadDeviceType } from '../../src/devices/registry.ts';
import { readRuleText } from '../../src/devices/rule-file.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { CellPlan, newCells } from '../../src/rules/cells.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { Rhythm } from '../../src/rules/rhythm.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { checkpointOf, testDevice } from './support.ts';

const gauge = loadDeviceType('devices/flood-gauge');
const minute = 60_000;
const start = Date.parse('2026-06-01T00:00:00Z');
const text = `
id: silent
name: { zh: 失联, en: Silent }
advice: { zh: 看, en: Look }
source: { zh: 本项目的默认值, en: Default }
severity: yellow
silentFor: 10 min or 4 usual periods
`;
const rule = readRuleText(text, gauge.id, minute);
const device = { ...testDevice, type: gauge.id };

function newFold(): Fold {
  return new Fold(rulesByType(new Map([[gauge.id, compileType({ ...gauge, rules: [rule] })]])));
}

/** Reports at the given minutes, time passes until `until`; minutes of what was raised and cleared. */
function told(minutes: readonly number[], until: number, fold = newFold(), from = 0): string[] {
  const effects: AlarmEffect[] = [];
  const waiting = [...minutes];
  for (let at = from * minute; at <= until * minute; at += 5_000) {
    fold.tick(start + at, [device], effects);
    while (waiting.length > 0 && waiting[0]! * minute <= at) {
      const measuredAt = start + waiting.shift()! * minute;
      fold.sample(device, { deviceId: 'd1', measuredAt, receivedAt: start + at, values: { level: 1 } }, effects);
    }
  }
  return effects.map(({ kind, at }) => `${kind} ${(at - start) / minute}`);
}

const every = (period: number, count: number) => Array.from({ length: count }, (_, i) => i * period);

test('a device that reports every minute is silent after ten', () => {
  expect(told(every(1, 10), 60)).toEqual(['raised 19']);
});

test('one that reports every hour is silent after four of its own periods, and not before', () => {
  expect(told(every(60, 6), 12 * 60)).toEqual(['raised 540']);
});

test('one outage is not taken for its rhythm, and a burst of fast reports neither', () => {
  const burst = [...every(60, 6), 301, 302, 303, 304, 360];
  expect(told(burst, 590)).toEqual([]);
  expect(told([0, 15, 30, 45, 60, 360, 375, 390], 500)).toEqual(['raised 120', 'cleared 360', 'raised 450']);
});

test('one that falls silent before it has a rhythm is told after seven hours', () => {
  expect(told([0, 15], 600)).toEqual(['raised 435']);
});

test('a restart goes on with the rhythm', () => {
  const before = newFold();
  told(every(60, 6), 300, before);
  const after = newFold();
  for (const { key, state } of checkpointOf(before)) after.restore(key, state);
  expect(told([], 600, after, 300 + 5 / 60)).toEqual(['raised 540']);
});

test('the same distances come back from its state', () => {
  const plan = new CellPlan();
  const place = Rhythm.plan(plan);
  const [rhythm, again] = [0, 1].map(() => new Rhythm(newCells(plan.initial), place)) as [Rhythm, Rhythm];
  for (const distance of [60, 0, 3600, 60, 60]) rhythm.take(distance);
  again.restore(rhythm.state());
  expect([rhythm.usualMs, again.usualMs]).toEqual([60, 60]);
});

test.each(['10 min or 0 usual periods', 'soon or 4 usual periods', '10 min or 4 periods'])('%s is refused', (wrong) => {
  expect(() => readRuleText(text.replace('10 min or 4 usual periods', wrong), gauge.id, minute)).toThrow(/no duration/);
});
