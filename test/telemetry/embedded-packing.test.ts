import { describe, expect, test } from 'vitest';
import { toBuckets } from '../../src/telemetry/embedded/buckets.ts';
import { packBuckets, unpackBuckets } from '../../src/telemetry/embedded/packed-buckets.ts';
import { packReadings, unpackReadings } from '../../src/telemetry/embedded/packed-readings.ts';
import type { Readings } from '../../src/telemetry/embedded/readings.ts';
import { randomFrom } from '../support/random.ts';

const day = 86_400_000;
const fiveMinutes = 300_000;
const start = 20_513 * day;

function readings(times: Iterable<number>, values: Iterable<number>): Readings {
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}

/** Bits, since toEqual takes -0 and 0, and some NaN, for the same. */
function bits({ times, values }: Readings): { times: number[]; values: BigInt64Array } {
  return { times: [...times], values: new BigInt64Array(Float64Array.from(values).buffer) };
}

function expectExact(given: Readings): Buffer {
  const packed = packReadings(given);
  expect(bits(unpackReadings(packed))).toEqual(bits(given));
  return packed;
}

describe('readings come back to the last bit', () => {
  const odd = [
    ...[0, -0, 1, -1, 0.1, 0.1 + 0.2, -1.5e-7, 1e21, 123_456_789.123_456_79, 1 / 3, Math.PI, 12.3],
    ...[Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, Number.EPSILON, 5e-324],
    ...[Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 2 ** 49, 2 ** 49 + 1, 2 ** 51, 2 ** 53, 2 ** 63],
    ...[Infinity, -Infinity, Math.fround(12.3), 0.000_001, 999_999_999_999_999, 1e-15, 1e-16, 1e22, 1e23],
  ];

  test.for(odd)('%d alone, twice, and beside decimals', (value) => {
    expectExact(readings([start], [value]));
    expectExact(readings([start, start + 1], [value, value]));
    expectExact(readings([start, start + 1, start + 2, start + 3], [12.34, value, 12.35, value]));
  });

  test('none, and all odd values together', () => {
    expectExact(readings([], []));
    expectExact(readings(odd.keys(), odd));
  });

  const kinds: Record<string, (random: () => number, last: number) => number> = {
    'a walk with one decimal': (random, last) => Number((last + random() - 0.5).toFixed(1)),
    'a walk with many decimals': (random, last) =>
      Number((last + random() - 0.5).toFixed(1 + Math.floor(random() * 9))),
    'doubles of any size': (random) => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300),
    'whole numbers of any size': (random) => Math.floor((random() - 0.5) * 2 ** Math.floor(random() * 60)),
    'single-precision values': (random) => Math.fround(random() * 100),
    'a switch': (random) => (random() < 0.5 ? 0 : 1),
    'a counter that starts again': (random, last) => (random() < 0.01 ? 0 : last + 1),
  };
  test.for(Object.keys(kinds))('%s', (kind) => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed);
      const length = Math.floor(random() ** 3 * 3000);
      let at = start - Math.floor(random() * 40_000) * day;
      let value = 20;
      const times: number[] = [];
      const values: number[] = [];
      const unit = random() < 0.5 ? 1000 : 1;
      for (let i = 0; i < length; i++) {
        at += unit * (1 + Math.floor(random() < 0.9 ? 10 : random() * 10_000));
        value = kinds[kind]!(random, value);
        times.push(at);
        values.push(value);
      }
      expectExact(readings(times, values));
    }
  });

  test('times before 1970, at both ends of a slot, and with any interval', () => {
    expectExact(readings([-day, -day + 1, -1], [1, 2, 3]));
    expectExact(readings([start, start + 1, start + 1000, start + 1001, start + day - 1], [1, 2, 3, 4, 5]));
  });
});

test('what a sensor says in a day takes at most two bytes a reading, a byte when its clock is regular', () => {
  const random = randomFrom(1);
  const times = Array.from({ length: 8640 }, (_, i) => start + i * 10_000);
  let level = 120;
  const walk = times.map(() => {
    level += random() - 0.5;
    return Number(level.toFixed(1));
  });
  expect(expectExact(readings(times, walk)).length / times.length).toBeLessThan(1);
  const jittered = times.map((time) => time + Math.floor(random() * 80));
  expect(expectExact(readings(jittered, walk)).length / times.length).toBeLessThan(2);
});

test('damaged bytes are an error, never other readings', () => {
  const random = randomFrom(5);
  const times = Array.from({ length: 1000 }, (_, i) => start + i * 10_000);
  const packed = packReadings(
    readings(
      times,
      times.map(() => Math.floor(random() * 100)),
    ),
  );
  for (let index = 0; index < packed.length; index += 7) {
    const damaged = Buffer.from(packed);
    damaged[index]! ^= 0x55;
    expect(() => unpackReadings(damaged)).toThrow();
  }
  expect(() => unpackReadings(packed.subarray(0, packed.length - 10))).toThrow();
});

test('buckets come back to the last bit, whatever the values are', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const digits = Math.floor(random() * 6);
    const value = [
      () => Number((100 * random()).toFixed(digits)),
      () => random() * 10 ** (600 * random() - 300),
      () => (random() < 0.5 ? -0 : 1),
      () => -1e15 * random(),
    ][seed % 4]!;
    const times = new Set(Array.from({ length: random() * 500 }, () => start + Math.floor(random() * day)));
    const given = toBuckets(
      readings(
        [...times].sort((a, b) => a - b),
        [...times].map(value),
      ),
      fiveMinutes,
    );
    expect(unpackBuckets(packBuckets(given, start, fiveMinutes), start, fiveMinutes)).toEqual(given);
  }
});
