import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Readings } from '../../src/rules/readings.ts';

/** What sensors tell, and what they do not. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5_000, max: 5_000 }).map((units) => units / 10) },
  { weight: 3, arbitrary: fc.integer({ min: -999_999, max: 999_999 }).map((units) => units / 10_000) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(33_554_431, 33_554_432, 1e9, 0.1 + 0.2, 104.0653821) },
);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 120_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(86_400_000, 2 ** 27, 0.25) },
);
const deed = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('push' as const), step, value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut' as const, 'drop' as const),
      share: fc.double({ min: 0, max: 0.999 }),
    }),
  },
);

test('readings are what they were told to be, to the last bit, whatever is forgotten of them', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 200 }), (deeds) => {
      const readings = new Readings();
      let plain: [at: number, value: number][] = [];
      let at = 1_780_000_000_000;
      for (const one of deeds) {
        if (one.kind === 'push') {
          at += one.step;
          readings.push(at, one.value);
          plain.push([at, one.value]);
        } else if (plain.length > 0) {
          const position = Math.floor(one.share * plain.length);
          if (one.kind === 'cut') {
            readings.cut(position);
            plain = plain.slice(0, position);
          } else {
            readings.drop(position);
            plain = plain.slice(position);
          }
        }
        expect(readings.length).toBe(plain.length);
      }
      const kept = plain.map((_, i) => [readings.timeAt(i), readings.valueAt(i)]);
      // -0 and 0 are one value to rules.
      expect(kept.map(([time, told]) => [time, told! + 0])).toEqual(plain.map(([time, told]) => [time, told + 0]));
    }),
    { seed: 7, numRuns: 400 },
  );
});

test('one takes the place of another', () => {
  for (const odd of [3.25, Math.PI]) {
    const readings = new Readings();
    for (const [at, told] of [
      [1_000, 1.5],
      [2_000, 2.5],
      [3_000, odd],
    ] as const)
      readings.push(at, told);
    readings.copy(2, 1);
    readings.cut(2);
    expect([0, 1].map((i) => [readings.timeAt(i), readings.valueAt(i)])).toEqual([
      [1_000, 1.5],
      [3_000, odd],
    ]);
  }
});
