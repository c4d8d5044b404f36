import { statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { tempDir } from '../support/temp-dir.ts';
import { reading } from './contract.ts';

const minute = 60_000;
const day = 86_400_000;
const first = 20_513 * day;
const retention = { raw: 10 * day, downsampled: 30 * day };

async function town(fileName = 'readings.db') {
  const clock = { at: first, now: () => clock.at };
  const file = join(await tempDir(), fileName);
  const open = () => createEmbeddedTelemetry({ file, retention, clock, log: createLogger('silent') });
  return { clock, file, open };
}

/** Something on each of a week's days: so much must stand before anything is deleted. */
function weekFrom(number: number) {
  return Array.from({ length: 7 }, (_, i) => reading('other', 'level', first + (number + i) * day, 1));
}

/** A day of readings, one a minute; the value is the number of the day. */
function dayOf(number: number, deviceId = 'gauge') {
  return Array.from({ length: 1440 }, (_, i) => reading(deviceId, 'level', first + number * day + i * minute, number));
}

const query = { deviceId: 'gauge', channel: 'level' };

test('readings go after their time, their buckets of five minutes after a longer one', async () => {
  const { clock, open } = await town();
  const telemetry = open();
  for (let number = 0; number < 40; number++) {
    clock.at = first + number * day;
    await telemetry.write(dayOf(number));
    await telemetry.pack();
  }
  clock.at = first + 40 * day;
  await telemetry.pack();

  const days = await telemetry.range({ ...query, from: first, to: clock.at, stepMs: day });
  expect(days).toEqual(
    Array.from({ length: 30 }, (_, i) => {
      return { at: first + (10 + i) * day, mean: 10 + i, min: 10 + i, max: 10 + i, count: 1440 };
    }),
  );
  const counts = async (number: number, stepMs: number) => {
    const from = first + number * day + minute;
    const found = await telemetry.range({ ...query, from, to: from + 30 * minute, stepMs });
    return found.map(({ count }) => count);
  };
  // As they were measured while they are kept; then a bucket belongs to where it starts.
  expect(await counts(30, minute)).toEqual(Array.from({ length: 30 }, () => 1));
  expect(await counts(29, minute)).toEqual(Array.from({ length: 6 }, () => 5));
  expect(await counts(29, 15 * minute)).toEqual([10, 15, 5]);
  expect(await counts(9, minute)).toEqual([]);
  expect(await telemetry.latest('gauge', ['level'])).toEqual([
    { channel: 'level', value: 39, measuredAt: clock.at - minute },
  ]);
  await telemetry.close();
});

test('a reading that comes when the readings of its day are gone leaves their roll-up as it is', async () => {
  const { clock, open } = await town();
  const telemetry = open();
  await telemetry.write(dayOf(0));
  await telemetry.write(weekFrom(6));
  clock.at = first + 14 * day;
  await telemetry.pack();
  const range = { ...query, from: first, to: first + day, stepMs: day };
  const [kept] = await telemetry.range(range);
  expect(kept).toMatchObject({ count: 1440, mean: 0 });
  await telemetry.write([reading('gauge', 'level', first + 5, 99)]);
  expect(await telemetry.range(range)).toEqual([kept]);
  await telemetry.pack();
  expect(await telemetry.range(range)).toEqual([kept]);
  await telemetry.close();
});

test('a late reading changes the roll-up of its day', async () => {
  const { clock, open } = await town();
  const telemetry = open();
  await telemetry.write(dayOf(0));
  clock.at = first + 3 * day;
  await telemetry.pack();
  await telemetry.write([reading('gauge', 'level', first + 30_000, 721)]);
  await telemetry.write([reading('gauge', 'level', first, 720)]);
  const hour = { ...query, from: first, to: first + 60 * minute, stepMs: 60 * minute };
  const expected = [{ at: first, mean: (720 + 721) / 61, min: 0, max: 721, count: 61 }];
  expect(await telemetry.range(hour)).toEqual(expected);
  await telemetry.pack();
  expect(await telemetry.range(hour)).toEqual(expected);
  // Only the buckets are left of that day.
  await telemetry.write(weekFrom(5));
  clock.at = first + 13 * day;
  await telemetry.pack();
  expect(await telemetry.range(hour)).toEqual(expected);
  expect(await telemetry.range({ ...hour, stepMs: minute })).toHaveLength(12);
  await telemetry.close();
});

test('a clock that is set ahead deletes nothing before a week has come', async () => {
  const { clock, open } = await town();
  const telemetry = open();
  await telemetry.write(dayOf(0));
  const minutes = async () =>
    (await telemetry.range({ ...query, from: first, to: first + day, stepMs: minute })).length;
  for (let number = 5000; number < 5006; number++) {
    clock.at = first + number * day;
    await telemetry.write(dayOf(number, 'other'));
    await telemetry.pack();
    expect(await minutes()).toBe(1440);
  }
  clock.at += day;
  await telemetry.write(dayOf(5006, 'other'));
  await telemetry.pack();
  expect(await minutes()).toBe(0);
  await telemetry.close();
});

test('a file that readings have left gets smaller', async () => {
  const { clock, file, open } = await town();
  const telemetry = open();
  const noise = (number: number) =>
    Array.from({ length: 100_000 }, (_, i) =>
      reading(`gauge-${i % 10}`, 'level', first + number * day + i, Math.random()),
    );
  for (let number = 0; number < 8; number++) await telemetry.write(noise(number));
  clock.at = first + 12 * day;
  await telemetry.pack();
  await telemetry.close();
  const full = statSync(file).size;
  expect(full).toBeGreaterThan(6_000_000);

  const after = open();
  clock.at = first + 25 * day;
  await after.write(weekFrom(18));
  await after.pack();
  await after.close();
  expect(statSync(file).size).toBeLessThan(4_500_000);
});

test('a block that is damaged is left out; what is around it is not harmed, and goes in its time', async () => {
  const { clock, file, open } = await town();
  const telemetry = open();
  for (const number of [0, 1, 2]) await telemetry.write([...dayOf(number), ...dayOf(number, 'other')]);
  clock.at = first + 4 * day;
  await telemetry.pack();
  await telemetry.close();
  const db = new SqliteDatabase(file);
  const where = `slot = ${20_514} AND series = (SELECT id FROM series WHERE deviceId = 'gauge')`;
  expect(db.prepare(`UPDATE block SET data = x'01aabbcc' WHERE ${where}`).run().changes).toBe(1);
  db.close();

  const after = open();
  const count = async (deviceId: string, stepMs: number) => {
    const found = await after.range({ ...query, deviceId, from: first, to: first + 3 * day, stepMs });
    return found.reduce((sum, bucket) => sum + bucket.count, 0);
  };
  expect(await count('gauge', minute)).toBe(2 * 1440);
  expect(await count('gauge', day)).toBe(3 * 1440);
  expect(await count('other', minute)).toBe(3 * 1440);
  await after.write([reading('gauge', 'level', first + day + 7, 5)]);
  await after.pack();
  expect(await count('gauge', minute)).toBe(2 * 1440 + 1);
  await after.close();
});
