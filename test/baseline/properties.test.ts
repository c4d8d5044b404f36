import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetector, defaultThreshold } from '../../src/baseline/detector.ts';
import { randomFrom } from '../support/random.ts';
import { begin, day, gaussFrom, hour, minute, type Point } from './series.ts';

const runs = { seed: 20260301, numRuns: 15, endOnFailure: true };

/** Series of many kinds: with and without a course of the day and of the week, with noise, steps, and things going wrong. */
const anySeries = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    everyMs: fc.constantFrom(5 * minute, 17 * minute, hour, 6 * hour, day),
    daily: fc.constantFrom(0, 2, 20),
    weekly: fc.constantFrom(0, 10),
    noise: fc.constantFrom(0, 0.5, 5),
    walk: fc.constantFrom(0, 1),
    wrong: fc.constantFrom('nothing', 'point', 'shift', 'stuck'),
  })
  .map(({ seed, everyMs, daily, weekly, noise, walk, wrong }) => {
    const gauss = gaussFrom(seed);
    const rows = Math.min(4000, Math.max(100, (25 * day) / everyMs));
    let slow = 0;
    return Array.from({ length: rows }, (_, i): Point => {
      const since = i * everyMs;
      slow = 0.98 * slow + 0.2 * walk * gauss();
      const rhythm = daily * Math.sin((2 * Math.PI * since) / day) + (since % (7 * day) < 5 * day ? weekly : 0);
      const late = i / rows - 0.8;
      const off = (wrong === 'point' && Math.abs(late) < 0.5 / rows) || (wrong === 'shift' && late > 0) ? 40 : 0;
      const value = wrong === 'stuck' && late > 0 ? 7 : 50 + rhythm + slow + noise * gauss() + off;
      // Parts of a power of two, so that what is added to them is exact.
      return { time: begin + since, value: Math.round(value * 1024) / 1024 };
    });
  });

function scoresOf(points: Point[], detector = createDetector()): number[] {
  return points.map(({ time, value }) => detector.update(time, value));
}

/** As equal as sums of rounded numbers are. */
function expectSame(scores: number[], others: number[]): void {
  const most = Math.max(...scores.map((score, i) => Math.abs(score - others[i]!)));
  expect(most).toBeLessThan(1e-6);
}

describe('the detector on any series', () => {
  it('scores from 0 to 1, in at most four kilobytes', () => {
    fc.assert(
      fc.property(anySeries, (points) => {
        const detector = createDetector();
        expect(scoresOf(points, detector).every((score) => score >= 0 && score <= 1)).toBe(true);
        expect(JSON.stringify(detector.state()).length).toBeLessThanOrEqual(4096);
      }),
      runs,
    );
  });

  it('scores the same in another unit, turned over, and weeks later', () => {
    fc.assert(
      fc.property(
        anySeries,
        fc.constantFrom(1 / 64, 0.5, 2, 4096),
        fc.constantFrom(-100_000, 0, 3),
        fc.integer({ min: 1, max: 3000 }),
        (points, factor, offset, weeks) => {
          const scores = scoresOf(points);
          expectSame(scores, scoresOf(points.map(({ time, value }) => ({ time, value: value * factor + offset }))));
          expectSame(scores, scoresOf(points.map(({ time, value }) => ({ time, value: offset - value }))));
          const later = points.map(({ time, value }) => ({ time: time + weeks * 7 * day, value }));
          expect(scoresOf(later)).toEqual(scores);
        },
      ),
      runs,
    );
  });

  it('takes rows that are no numbers, that come twice and that come too late for nothing', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 1, max: 1e6 }), (points, seed) => {
        const random = randomFrom(seed);
        const detector = createDetector();
        const scores = points.map(({ time, value }, i) => {
          const score = detector.update(time, value);
          const before = points[Math.max(0, i - Math.floor(10 * random()))]!;
          for (const [at, what] of [
            [time + 1, Number.NaN],
            [time + 1, Number.POSITIVE_INFINITY],
            [Number.NaN, value],
            [time, value],
            [time, 1e9],
            [before.time, before.value],
          ] as const) {
            if (random() < 0.2) expect(detector.update(at, what)).toBe(0);
          }
          return score;
        });
        expect(scores).toEqual(scoresOf(points));
      }),
      runs,
    );
  });

  it('goes on from a checkpoint at any row', () => {
    fc.assert(
      fc.property(anySeries, fc.double({ min: 0, max: 1, noNaN: true }), (points, part) => {
        const cut = Math.floor(points.length * part);
        const before = createDetector();
        const first = scoresOf(points.slice(0, cut), before);
        const after = createDetector();
        expect(after.restore(JSON.parse(JSON.stringify(before.state())))).toBe(true);
        expect([...first, ...scoresOf(points.slice(cut), after)]).toEqual(scoresOf(points));
      }),
      runs,
    );
  });
});

/** A quiet course of the day at the given times. */
function quietAt(times: number[], seed: number): Point[] {
  const gauss = gaussFrom(seed);
  return times.map((time) => ({ time, value: 20 + 10 * Math.sin((2 * Math.PI * time) / day) + gauss() }));
}

function every(days: number, everyMs: number): number[] {
  return Array.from({ length: Math.floor((days * day) / everyMs) }, (_, i) => begin + i * everyMs);
}

describe('the detector on readings that come as they like', () => {
  it.each([
    ['a second', 1_000, 4],
    ['a minute', minute, 30],
    ['an hour', hour, 60],
    ['four hours', 4 * hour, 120],
    ['a day', day, 400],
  ])('finds what is far out, and little else, with %s between readings', (_, everyMs, days) => {
    const points = quietAt(every(days, everyMs), 3);
    const last = points.at(-1)!;
    const alarms = scoresOf(points).filter((score) => score >= defaultThreshold).length;
    expect(alarms).toBeLessThanOrEqual(2 + days / 15);
    const far = [...points.slice(0, -1), { time: last.time, value: last.value + 40 }];
    expect(scoresOf(far).at(-1)).toBeGreaterThan(defaultThreshold);
  });

  it('is not troubled by irregular times, nor by days that are missing', () => {
    const random = randomFrom(5);
    const times: number[] = [];
    for (let at = begin; at < begin + 60 * day; at += minute * (1 + 30 * random() ** 3)) times.push(Math.round(at));
    const away = ([from, to]: [number, number]) => [begin + from * day, begin + to * day];
    const gaps = [away([20, 20.4]), away([30, 33]), away([40, 50])];
    const there = times.filter((at) => gaps.every(([from, to]) => at < from! || at > to!));
    const points = quietAt(there, 6);
    const scores = scoresOf(points);
    const alarms = points.filter((_, i) => scores[i]! >= defaultThreshold);
    expect(alarms.length).toBeLessThanOrEqual(2);
    // And after all that it still sees.
    const { time, value } = points.at(-1)!;
    expect(scoresOf([...points.slice(0, -1), { time, value: value - 25 }]).at(-1)).toBeGreaterThan(defaultThreshold);
  });
});
