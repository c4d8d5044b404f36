import { describe, expect, it } from 'vitest';
import { createDetector, defaultThreshold } from '../../src/baseline/detector.ts';
import { daily, day, type Point } from './series.ts';

/** Days since the beginning at which the detector alarms. */
function alarmsOf(points: Point[]): number[] {
  const detector = createDetector();
  const alarmed = points.filter(({ time, value }) => detector.update(time, value) >= defaultThreshold);
  return alarmed.map(({ time }) => (time - points[0]!.time) / day);
}

const between = (alarms: number[], from: number, to: number) => alarms.filter((at) => at >= from && at < to).length;

/** A quiet series that lies `by` higher in some stretches of days. */
function raised(seed: number, by: number, ...stretches: [number, number][]): Point[] {
  const points = daily(50, seed);
  const begin = points[0]!.time;
  return points.map(({ time, value }) => {
    const at = (time - begin) / day;
    return { time, value: stretches.some(([from, to]) => at >= from && at < to) ? value + by : value };
  });
}

describe('what lasts', () => {
  it.each([8, 20, 200])('is told on its first day, and is normal when three days are over: %d higher', (by) => {
    for (const seed of [31, 32, 33]) {
      const alarms = alarmsOf(raised(seed, by, [20.3, 50]));
      expect(between(alarms, 20.3, 21.3)).toBeGreaterThanOrEqual(1);
      expect(between(alarms, 20.3, 21.3)).toBeLessThanOrEqual(4);
      expect(between(alarms, 21.3, 23.3)).toBeLessThanOrEqual(1);
      expect(between(alarms, 23.3, 30.3)).toBeLessThanOrEqual(1);
      // A new normal is one by which other things are judged.
      const again = raised(seed, by, [20.3, 50]).map(({ time, value }, i) => ({
        time,
        value: i === 11_000 ? 0 : value,
      }));
      const rowAt = (11_000 * 5) / (24 * 60);
      expect(between(alarmsOf(again), rowAt, rowAt + 0.001)).toBe(1);
    }
  });

  it('is not learnt as normal in some hours: the same thing is told again, and what is normal is not', () => {
    for (const seed of [41, 42, 43]) {
      const points = raised(seed, 30, [20.3, 20.6], [30.3, 30.6], [40.3, 40.6]);
      const alarms = alarmsOf(points);
      for (const from of [20.3, 30.3, 40.3]) expect(between(alarms, from, from + 0.3)).toBeGreaterThanOrEqual(1);
      // Two days of quiet after each.
      for (const to of [20.7, 30.7, 40.7]) expect(between(alarms, to, to + 2)).toBeLessThanOrEqual(1);
    }
  });
});
