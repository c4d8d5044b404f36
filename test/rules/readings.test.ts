import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Block, BlockPlan } from '../../src/rules/block.ts';
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
/** Every minute on the whole, and now and then one is left out, or comes later than a turn may. */
const steadyStep = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: 59_900, max: 60_100 }) },
  { weight: 1, arbitrary: fc.constantFrom(120_000, 62_047, 62_048, 57_952, 1) },
);
const steadyValue = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: -8_191, max: 8_191 }).map((units) => units / 10) },
  { weight: 1, arbitrary: fc.constantFrom(819.2, -819.2, 12.34, -0) },
);
const deedOf = (pushed: fc.Arbitrary<{ step: number; value: number }>, pushes: number) =>
  fc.oneof(
    { weight: pushes, arbitrary: pushed.map((one) => ({ kind: 'push' as const, ...one })) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('cut' as const, 'drop' as const),
        share: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
    },
  );

const anyDeed = deedOf(fc.record({ step, value }), 12);
const steadyDeed = deedOf(fc.record({ step: steadyStep, value: steadyValue }), 60);

/** Readings of so many channels in one block. */
function readingsOf(channels: number): Readings[] {
  const plan = new BlockPlan();
  const places = Array.from({ length: channels }, () => Readings.plan(plan));
  const block = new Block(plan);
  return places.map((place) => new Readings(block, place));
}

test('readings are what they were told to be, to the last bit, whatever is forgotten of them', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(anyDeed, { maxLength: 200 }), fc.array(steadyDeed, { minLength: 60, maxLength: 300 })),
      (deeds) => {
        const [readings] = readingsOf(1) as [Readings];
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
      },
    ),
    { seed: 7, numRuns: 600 },
  );
});

test.each([
  ['at the edges of what two in one number can hold', 0],
  ['of no steady pace', 30_000],
])('readings %s are told apart to the last bit, whatever is taken back or forgotten', (_, late) => {
  const [readings] = readingsOf(1) as [Readings];
  const told: [number, number][] = [];
  for (let i = 0; i < 500; i++) {
    // The first come at their turns, which all others are held against.
    const at = 1_780_000_000_000 + i * 60_000 + (i % 2) * late + (i < 20 ? 0 : ((i * 7919) % 4095) - 2047);
    const value = ((i * 104_729) % 16_383) - 8_191 || 1;
    // As when something late comes: the newest are taken back, and put in again.
    for (const again of [-value, value]) {
      readings.cut(told.length);
      readings.push(at, again / 100);
    }
    told.push([at, value / 100]);
    if (i % 3 === 2 && readings.length > 120) {
      readings.drop(3);
      told.splice(0, 3);
    }
    expect(told.map((_, place) => [readings.timeAt(place), readings.valueAt(place)])).toEqual(told);
    for (const time of told.flatMap(([time]) => [time - 1, time, time + 1]))
      expect(readings.positionOf(time)).toBe(told.filter(([other]) => other < time).length);
  }
});

test('one takes the place of another', () => {
  for (const odd of [3.25, Math.PI]) {
    const [steady] = readingsOf(1) as [Readings];
    for (let i = 0; i < 20; i++) steady.push(i * 1_000, i);
    steady.copy(17, 3);
    expect([2, 3, 4].map((i) => [steady.timeAt(i), steady.valueAt(i)])).toEqual([
      [2_000, 2],
      [17_000, 17],
      [4_000, 4],
    ]);
    const [readings] = readingsOf(1) as [Readings];
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

test('readings of several channels do not get in the way of each other, however much room they need', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), fc.oneof(anyDeed, steadyDeed)), { maxLength: 400 }), (deeds) => {
      const together = readingsOf(3);
      const alone = [0, 1, 2].flatMap(() => readingsOf(1));
      let at = 1_780_000_000_000;
      for (const [channel, deed] of deeds) {
        if (deed.kind === 'push') at += deed.step;
        for (const one of [together[channel]!, alone[channel]!])
          if (deed.kind === 'push') one.push(at, deed.value);
          else if (one.length > 0) one[deed.kind](Math.floor(deed.share * one.length));
      }
      const told = (all: Readings[]) =>
        all.map((one) => Array.from({ length: one.length }, (_, i) => [one.timeAt(i), one.valueAt(i)]));
      expect(told(together)).toEqual(told(alone));
    }),
    { seed: 11, numRuns: 400 },
  );
});
