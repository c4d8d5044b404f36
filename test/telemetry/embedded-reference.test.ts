import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Reading } from '../../src/model/reading.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import type { Bucket, RangeQuery } from '../../src/telemetry/port.ts';
import { randomFrom } from '../support/random.ts';
import { tempDir } from '../support/temp-dir.ts';
import { reading } from './contract.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const first = 20_513 * day;
const devices = ['a', 'b', 'c'];
const channels = ['level', 'battery'];

/** What a store of readings is, in a few lines. */
class Reference {
  readonly #values = new Map<string, Map<number, number>>();

  write(readings: readonly Reading[]): void {
    for (const { deviceId, channel, measuredAt, value } of readings) {
      const key = `${deviceId} ${channel}`;
      if (!this.#values.has(key)) this.#values.set(key, new Map());
      this.#values.get(key)!.set(measuredAt, value);
    }
  }

  range({ deviceId, channel, from, to, stepMs }: RangeQuery): Bucket[] {
    const steps = Map.groupBy(
      this.#sorted(deviceId, channel).filter(([at]) => from <= at && at < to),
      ([at]) => Math.floor(at / stepMs) * stepMs,
    );
    return [...steps].map(([at, found]) => {
      const values = found.map(([, value]) => value);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { at, mean, min: Math.min(...values), max: Math.max(...values), count: values.length };
    });
  }

  latest(deviceId: string, channel: string) {
    const newest = this.#sorted(deviceId, channel).at(-1);
    return newest ? [{ channel, measuredAt: newest[0], value: newest[1] }] : [];
  }

  #sorted(deviceId: string, channel: string): [number, number][] {
    return [...(this.#values.get(`${deviceId} ${channel}`) ?? [])].sort(([a], [b]) => a - b);
  }
}

test.for([1, 2, 3])(
  'late, shuffled and repeated readings, packed at any moment, answer like a list of them (%d)',
  async (seed) => {
    const random = randomFrom(seed);
    const below = (end: number) => Math.floor(random() * end);
    const clock = { at: first, now: () => clock.at };
    const file = join(await tempDir(), 'readings.db');
    const open = () => {
      const retention = { raw: 4000 * day, downsampled: 4000 * day };
      return createEmbeddedTelemetry({ file, retention, clock, log: createLogger('silent') });
    };
    let telemetry = open();
    const reference = new Reference();
    const written: Reading[] = [];

    for (let round = 0; round < 40; round++) {
      clock.at += below(3 * hour);
      const batch: Reading[] = [];
      for (let i = below(300); i > 0; i--) {
        const again = random() < 0.1 ? written[below(written.length)] : undefined;
        const late = random() < 0.2 ? below(4 * day) : below(hour);
        const value = Number((below(1000) / 7).toFixed(below(4)));
        const at = again?.measuredAt ?? clock.at - late;
        const deviceId = again?.deviceId ?? devices[below(devices.length)]!;
        const channel = again?.channel ?? channels[below(channels.length)]!;
        batch.push(reading(deviceId, channel, at, random() < 0.5 ? (again?.value ?? value) : value));
      }
      await telemetry.write(batch);
      reference.write(batch);
      written.push(...batch);
      const what = random();
      if (what < 0.5) for (let steps = below(6); steps > 0; steps--) await telemetry.upkeep();
      else if (what < 0.7) await telemetry.pack();
      else if (what < 0.8) {
        await telemetry.close();
        telemetry = open();
      }
      for (let i = 0; i < 6; i++) {
        const to = clock.at - below(3 * day) + hour;
        const stepMs = [1000, minute, 5 * minute, 7 * minute, hour, day, 3 * day][below(7)]!;
        const whole = random() < 0.5;
        const query = {
          deviceId: devices[below(devices.length)]!,
          channel: channels[below(channels.length)]!,
          from: whole ? first - 5 * day : to - below(3 * day),
          to: whole ? first + 100 * day : to,
          stepMs,
        };
        const expected = reference.range(query).map((bucket) => ({ ...bucket, mean: expect.closeTo(bucket.mean, 9) }));
        expect(await telemetry.range(query)).toEqual(expected);
        const { deviceId, channel } = query;
        expect(await telemetry.latest(deviceId, [channel])).toEqual(reference.latest(deviceId, channel));
      }
    }
    // To the last bit, wherever the answer comes from.
    const query = { deviceId: 'a', channel: 'level', from: first - 5 * day, to: first + 100 * day, stepMs: hour };
    clock.at += 2 * day;
    const before = await telemetry.range(query);
    await telemetry.pack();
    expect(await telemetry.range(query)).toEqual(before);
    await telemetry.close();
  },
);
