import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTimes, unpackTimes } from '../../src/rules/packed-times.ts';

test('times come back as they were, at a steady pace and at any other', () => {
  const step = fc.oneof(fc.constantFrom(1, 60_000), fc.integer({ min: 1, max: 100_000 }));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.array(step, { maxLength: 60 }), (first, steps) => {
      const times = [first];
      for (const one of steps) times.push(times.at(-1)! + one);
      expect(unpackTimes(packTimes(times))).toEqual(times);
    }),
    { numRuns: 300, seed: 5 },
  );
  expect(unpackTimes(packTimes([]))).toEqual([]);
});

test('a steady pace takes three numbers, however long it goes on', () => {
  const times = Array.from({ length: 1_000 }, (_, i) => 1_772_323_200_000 + i * 60_000);
  expect(packTimes(times)).toEqual([1_772_323_200_000, 60_000, -998]);
});

test('times of earlier checkpoints, a step each, are read as they were meant', () => {
  expect(unpackTimes([1_000, 10, 10, 10, 20])).toEqual([1_000, 1_010, 1_020, 1_030, 1_050]);
});
