import { expect, test } from 'vitest';
import { stepFor } from '../../src/api/series/step.ts';
import { thresholdsOf } from '../../src/api/series/thresholds.ts';
import { gauge } from './world.ts';

/** The lines for a channel under one condition: value and direction. */
function lines(when: string, name = 'level', unit = 'cm') {
  const level = { severity: 'red' as const, when, forMs: 0, clear: null, clearForMs: 0 };
  const type = { ...gauge, rules: [{ ...gauge.rules[0]!, levels: [level] }] };
  return thresholdsOf(type, { ...gauge.channels[0]!, name, unit }).map(({ value, direction }) => [value, direction]);
}

test.each([
  ['level > 27 cm', [[27, 'above']]],
  ['level >= 0.4 m', [[40, 'above']]],
  ['level<-50 cm', [[-50, 'below']]],
  ['level > 5', [[5, 'above']]],
  [
    'level < 10 cm || level > 90 cm',
    [
      [10, 'below'],
      [90, 'above'],
    ],
  ],
  ['level > 27 cm && rate(level, 10 min) > 0 cm/h', [[27, 'above']]],
  ['tilt > 10 deg && level > 27 cm && !open', [[27, 'above']]],
  ['avg(level, 10 min) > 2 cm', [[2, 'above']]],
  // Only narrows down what comes before it.
  ['rate(level, 10 min) > 30 cm/h && level > 5 cm', []],
  ['baseline(level).score > 8 && level > 6 cm && level < 10 cm', []],
  ['level < 5 cm && tilt > 10 deg', []],
  ['!(level > 5 cm)', []],
  ['water_level > 5 cm', []],
  ['level > 5 kg', []],
  ['level > limit', []],
  ['level == 5 cm', []],
])('%s', (when, expected) => {
  expect(lines(when)).toEqual(expected);
});

test('a line of a channel with a rate for its unit', () => {
  expect(lines('worn && steps < 5 && heart_rate >= 131 /min', 'heart_rate', '/min')).toEqual([[131, 'above']]);
  expect(lines('worn && steps < 5 && heart_rate >= 131 /min', 'steps', '1')).toEqual([]);
  expect(lines('ch4 > 10 %LEL', 'ch4', '%{LEL}')).toEqual([[10, 'above']]);
});

test('steps are ones that people can name, and never more than were asked for', () => {
  const hour = 3_600_000;
  expect(stepFor(hour, 300)).toBe(15_000);
  expect(stepFor(24 * hour, 300)).toBe(300_000);
  expect(stepFor(7 * 24 * hour, 300)).toBe(3_600_000);
  expect(stepFor(365 * 24 * hour, 300)).toBe(48 * hour);
  expect(stepFor(10, 300)).toBe(1000);
});
