import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Baseline } from '../../src/baseline/baseline.ts';
import { begin, daily, day, gaussFrom, hour, minute, type Point, series } from './series.ts';

const learnt = (points: readonly Point[], resolution = 0.01): Baseline => {
  const baseline = new Baseline(resolution);
  for (const { time, value } of points) baseline.learn(time, value);
  return baseline;
};
/** So many neighbours with two weeks of the same course of the day, each by its own noise. */
const neighbours = (many: number, measured = (value: number, _index: number) => value) =>
  Array.from({ length: many }, (_, i) =>
    learnt(daily(14, i + 1).map(({ time, value }) => ({ time, value: measured(value, i) }))).lend(`n${i}`),
  );
const start = begin + 14 * day;
const courseAt = (time: number) => 20 + 10 * Math.sin((2 * Math.PI * (time - begin)) / day);

test('a new series has a band and a score from its first reading on, by what its neighbours know', () => {
  const baseline = new Baseline(0.01);
  expect(baseline.normal(start)).toBeNull();
  expect(baseline.blank).toBe(true);
  baseline.borrow(neighbours(4), start);
  expect(baseline.blank).toBe(false);
  expect(baseline.borrowedFrom).toEqual(['n0', 'n1', 'n2', 'n3']);
  for (const hours of [0, 6, 12, 18]) {
    const at = start + hours * hour;
    const normal = baseline.normal(at)!;
    expect(Math.abs(normal.middle - courseAt(at))).toBeLessThan(4);
    expect(baseline.view(at, courseAt(at))).toMatchObject({ kind: 'usual', ...normal });
    expect(baseline.view(at, courseAt(at) + 25)!.score).toBeGreaterThan(0.99);
  }
});

test('fewer than three neighbours, or such as know nothing themselves, are nothing to begin with', () => {
  const baseline = new Baseline(0.01);
  baseline.borrow(neighbours(2), start);
  expect(baseline.blank).toBe(true);
  const young = learnt(daily(2, 9)).lend('young');
  baseline.borrow([...neighbours(2), young], start);
  expect(baseline.blank).toBe(true);
  // One that has only borrowed has nothing to lend.
  const borrower = new Baseline(0.01);
  borrower.borrow(neighbours(3), start);
  baseline.borrow([...neighbours(2), borrower.lend('borrower')], start);
  expect(baseline.blank).toBe(true);
});

test('of more than five the first five count', () => {
  const baseline = new Baseline(0.01);
  baseline.borrow(neighbours(7), start);
  expect(baseline.borrowedFrom).toHaveLength(5);
});

test('what is usual for one of them is usual', () => {
  // Two kitchens of five cook twice as much.
  const baseline = new Baseline(0.01);
  baseline.borrow(
    neighbours(5, (value, i) => (i < 2 ? 2 * value : value)),
    start,
  );
  expect(baseline.view(start, 2 * courseAt(start))!.kind).toBe('usual');
  expect(baseline.view(start, courseAt(start))!.kind).toBe('usual');
  expect(baseline.view(start, 6 * courseAt(start))!.score).toBeGreaterThan(0.99);
});

test('where each has a zero of its own, the course of the day counts, and its own level', () => {
  const baseline = new Baseline(0.01);
  baseline.borrow(
    neighbours(4, (value, i) => value + 500 * i),
    start,
  );
  const own = 7_000;
  expect(baseline.view(start, own)!.kind).toBe('usual');
  for (let at = start; at < start + 12 * hour; at += 5 * minute)
    baseline.learn(at, own + courseAt(at) - courseAt(start));
  const at = start + 12 * hour;
  expect(baseline.view(at, own)!.score).toBeLessThan(0.9);
  expect(baseline.view(at, own + 60)!.score).toBeGreaterThan(0.99);
  expect(Math.abs(baseline.normal(at)!.middle - own)).toBeLessThan(10);
});

test('its own history takes over within three days, and then it is as if nothing had been borrowed', () => {
  const [alone, helped] = [new Baseline(0.01), new Baseline(0.01)];
  helped.borrow(neighbours(4), start);
  const gauss = gaussFrom(77);
  let taken = Number.NaN;
  // Its own course is another one than that of its neighbours.
  for (const { time } of series(5, 5 * minute, () => 0)) {
    const [at, value] = [time - begin + start, 5 + gauss()];
    alone.learn(at, value);
    helped.learn(at, value);
    if (Number.isNaN(taken) && helped.borrowedFrom.length === 0) taken = at - start;
  }
  expect(taken).toBeGreaterThan(day);
  expect(taken).toBeLessThanOrEqual(3 * day);
  const at = start + 5 * day;
  for (const value of [5, 8, 30]) expect(helped.view(at, value)).toEqual(alone.view(at, value));
});

test('"this is the new normal" lets go of what was borrowed', () => {
  const baseline = new Baseline(0.01);
  baseline.borrow(neighbours(3), start);
  baseline.learn(start, 90);
  baseline.hear({ damping: 0, normal: 'accept' }, start, 90);
  expect(baseline.borrowedFrom).toEqual([]);
  expect(baseline.view(start + hour, 90)).toBeNull();
});

test('it goes on from a checkpoint as it was, scale and level make no difference, and neighbours may learn on', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 500 }),
      fc.constantFrom(0.01, 1, 250),
      fc.integer({ min: 1, max: 99 }),
      (stopAt, scale, seed) => {
        const lenders = neighbours(3);
        const scaled = neighbours(3, (value) => value * scale);
        const [going, stopped, other] = [new Baseline(0.001), new Baseline(0.001), new Baseline(0.001 * scale)];
        going.borrow(lenders, start);
        stopped.borrow(lenders, start);
        other.borrow(scaled, start);
        for (const { series: one } of lenders) one.learn(start + minute, 1_000);
        let again = stopped;
        const gauss = gaussFrom(seed);
        for (let i = 0; i < 600; i++) {
          const at = start + i * 10 * minute;
          const value = courseAt(at) + gauss() + (i % 97 === 96 ? 30 : 0);
          if (i === stopAt) {
            again = new Baseline(0.001);
            expect(again.restore(JSON.parse(JSON.stringify(stopped.state())))).toBe(true);
          }
          const view = going.view(at, value);
          expect(again.view(at, value)).toEqual(view);
          expect(other.view(at, value * scale)?.score ?? -1).toBeCloseTo(view?.score ?? -1, 4);
          for (const [one, by] of [
            [going, 1],
            [again, 1],
            [other, scale],
          ] as const)
            one.learn(at, value * by);
        }
      },
    ),
    { seed: 3, numRuns: 4, endOnFailure: true },
  );
});
