import { expect, test } from 'vitest';
import { stepFor } from '../../src/api/series/step.ts';
import { thresholdsOf } from '../../src/api/series/thresholds.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { Device } from '../../src/model/device.ts';
import { emptySite } from '../../src/model/site.ts';
import { nowhere } from '../../src/rules/language/surroundings.ts';
import { Places } from '../../src/rules/site/places.ts';

const { types } = loadDeviceTypes('devices');

const anyDevice: Device = {
  id: 'd1',
  type: 'river-gauge',
  name: 'd1',
  latitude: 30,
  longitude: 104,
  gridId: 'g1',
  state: 'active',
};

/** The lines for a channel under one condition: value and direction. */
function lines(when: string, name = 'level', id = 'flood-gauge', around = nowhere) {
  const type = types.get(id)!;
  const level = { severity: 'red' as const, when, forMs: 0, clear: null, clearForMs: 0 };
  const rules = [{ ...type.rules.find((one) => one.levels.length > 0)!, levels: [level] }];
  return thresholdsOf({ ...type, rules }, type.channelByName.get(name)!, around).map(({ value, direction }) => [
    value,
    direction,
  ]);
}

test.each([
  ['level > 27 cm', [[27, 'above']]],
  ['level >= 0.4 m', [[40, 'above']]],
  ['level<-50 cm', [[-50, 'below']]],
  [
    'level < 10 cm || level > 90 cm',
    [
      [10, 'below'],
      [90, 'above'],
    ],
  ],
  ['level > 27 cm && rate(level, 10 min) > 0 cm/h', [[27, 'above']]],
  ['battery > 10 % && level > 27 cm && !(flow > 1 m3/s)', [[27, 'above']]],
  ['(level > 27 cm || level > 0.5 m) && rain > 1 mm', [[27, 'above']]],
  ['avg(level, 10 min) > 2 cm', [[2, 'above']]],
  // Only narrows down what comes before it.
  ['rate(level, 10 min) > 30 cm/h && level > 5 cm', []],
  ['baseline(level).score > 8 && level > 6 cm && level < 10 cm', []],
  ['level < 5 cm && battery > 10 %', []],
  ['!(level > 5 cm)', []],
  ['!(level > 5 cm && rain > 1 mm)', []],
  ['rain > 5 mm', []],
  ['level > rain', []],
  ['devices(grid, level > 5 cm) >= 3', []],
  // Beyond it the condition is never true by a reading that got there, or less and less so.
  ['level > 5 cm && !changed(level)', []],
  ['level > 5 cm && delta(level, 1 h) < 1 cm', []],
  ['level < 27 cm && timeTo(level, 27 cm, 30 min) < 20 min', []],
  ['level > 5 cm && level < 10 cm && rain < 1 mm', []],
  ['level > 27 cm && (level - previous(level) < 1 cm || held(level > 27 cm) >= 1 min)', [[27, 'above']]],
  ['level > 27 cm && hour() < 6 && open_hours()', [[27, 'above']]],
  // Rules that are wrong.
  ['level > 5', []],
  ['level > 5 kg', []],
  ['level == 5 cm', []],
])('%s', (when, expected) => {
  expect(lines(when)).toEqual(expected);
});

test("a device's own limits have lines where it has them, and what a rule takes instead where it has none", () => {
  const site = { ...emptySite, limits: new Map([['d1', new Map([['warning', { value: 11.5, unit: 'm' }]])]]) };
  const of = (id: string) => new Places('Asia/Shanghai', site).around({ ...anyDevice, id });
  const river = (when: string, id: string) => lines(when, 'stage', 'river-gauge', of(id));
  expect(river('stage >= limit(stage, "warning")', 'd1')).toEqual([[11.5, 'above']]);
  expect(river('stage >= limit(stage, "warning") - 50 cm', 'd1')).toEqual([[11, 'above']]);
  expect(river('stage >= limit(stage, "warning", 9 m)', 'd1')).toEqual([[11.5, 'above']]);
  expect(river('stage >= limit(stage, "warning")', 'd2')).toEqual([]);
  expect(river('stage >= limit(stage, "warning", 9 m)', 'd2')).toEqual([[9, 'above']]);
  // Another one from sample to sample.
  expect(river('stage >= limit(stage, "warning", avg(stage, 1 h))', 'd2')).toEqual([]);
});

test('a line of a channel with a rate for its unit', () => {
  const when = 'worn && steps < 5 && heart_rate >= 131 /min';
  expect(lines(when, 'heart_rate', 'elder-wristband')).toEqual([[131, 'above']]);
  expect(lines(when, 'steps', 'elder-wristband')).toEqual([]);
  const daytime = 'worn && steps < 1 && between(time(), 07:00, 22:00)';
  expect(lines(daytime, 'steps', 'elder-wristband')).toEqual([[1, 'below']]);
  expect(lines('ch4 > 10 %LEL', 'ch4', 'manhole-cover')).toEqual([[10, 'above']]);
});

test('steps are ones that people can name, and never more than were asked for', () => {
  const hour = 3_600_000;
  expect(stepFor(hour, 300)).toBe(15_000);
  expect(stepFor(24 * hour, 300)).toBe(300_000);
  expect(stepFor(7 * 24 * hour, 300)).toBe(3_600_000);
  expect(stepFor(365 * 24 * hour, 300)).toBe(48 * hour);
  expect(stepFor(10, 300)).toBe(1000);
});
