import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Decoded, decode } from '../../src/devices/decode.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { errorCodes } from '../../src/shared/errors.ts';
import { randomFrom } from '../support/random.ts';

const types = [...loadDeviceTypes(join(import.meta.dirname, '../../devices')).types.values()];
const receivedAt = Date.parse('2026-03-01T00:00:00Z');
const limits = { maxFutureMs: 300_000, maxAgeMs: 30 * 86_400_000 };

/** Whatever came in: only known channels in range and in time come out, and every frame says something. */
function judge(type: DeviceType, payload: Uint8Array): Decoded {
  const decoded = decode(type, { deviceId: 'd', payload, receivedAt }, limits);
  expect(decoded.samples.length + decoded.problems.length).toBeGreaterThan(0);
  for (const { measuredAt, values } of decoded.samples) {
    expect(Number.isSafeInteger(measuredAt) && Math.abs(measuredAt - receivedAt) <= limits.maxAgeMs).toBe(true);
    const entries = Object.entries(values);
    expect(entries.length).toBeGreaterThan(0);
    for (const [name, value] of entries) {
      const channel = type.channelByName.get(name)!;
      expect(value >= channel.min && value <= channel.max).toBe(true);
    }
  }
  for (const { code, reason } of decoded.problems) {
    expect(code in errorCodes).toBe(true);
    expect(reason.length).toBeLessThan(400);
  }
  return decoded;
}

test('bytes at random', () => {
  const random = randomFrom(1);
  for (let round = 0; round < 3_000; round++) {
    const payload = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
    judge(types[round % types.length]!, payload);
  }
});

test('JSON at random', () => {
  const random = randomFrom(2);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const odd = ['time', 'samples', '__proto__', 'constructor', '', '\u0000', '测点', 'length'];
  const value = (names: readonly string[], depth: number): string => {
    const kind = Math.floor(random() * (depth > 3 ? 6 : 9));
    if (kind < 3)
      return pick(['0', '1', '-0', '12.5', '1e308', '-1e999', '1e-400', '1772323140', '1772323140000', '99999999999']);
    if (kind < 4) return pick(['true', 'false', 'null']);
    if (kind < 6)
      return JSON.stringify(pick(['', '12', '2026-03-01T00:00:00Z', '2026-13-01T00:00:00Z', '\ud800', 'x'.repeat(99)]));
    const count = Math.floor(random() * 5);
    if (kind < 7) return `[${Array.from({ length: count }, () => value(names, depth + 1)).join(',')}]`;
    const entry = () => `${JSON.stringify(pick(random() < 0.6 ? names : odd))}:${value(names, depth + 1)}`;
    return `{${Array.from({ length: count }, entry).join(',')}}`;
  };
  let taken = 0;
  for (let round = 0; round < 5_000; round++) {
    const type = types[round % types.length]!;
    const names = type.channels.map(({ name }) => name);
    taken += judge(type, Buffer.from(value(names, 0))).samples.length;
  }
  // Otherwise the noise never gets past the first check.
  expect(taken).toBeGreaterThan(100);
});

test('good frames with one byte changed', () => {
  const random = randomFrom(3);
  const good = Buffer.from('{"samples":[{"time":"2026-02-28T23:59:00Z","level":12.4,"battery":96},{"level":12.6}]}');
  const gauge = types.find(({ id }) => id === 'flood-gauge')!;
  for (let round = 0; round < 3_000; round++) {
    const payload = Buffer.from(good);
    payload[Math.floor(random() * payload.length)] = Math.floor(random() * 256);
    judge(gauge, payload);
  }
});
