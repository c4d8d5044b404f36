import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { tempDir } from '../support/temp-dir.ts';
import { reading } from './contract.ts';
import { layout1File } from './layout-1.ts';

const day = 86_400_000;
const first = 20_513 * day;
const query = { channel: 'level', from: first, to: first + 30 * day, stepMs: 1000 };

function open(file: string) {
  const retention = { raw: 4000 * day, downsampled: 4000 * day };
  const clock = { now: () => first + 60 * day };
  return createEmbeddedTelemetry({ file, retention, clock, log: createLogger('silent') });
}

test('a file of layout 1 is read at once, taken over bit by bit, and then deleted', async () => {
  const file = join(await tempDir(), 'readings.db');
  // 12,000 readings over 20 days: several steps, which cut days in two.
  const devices = ['gauge-1', 'gauge-2'];
  const times = Array.from({ length: 6000 }, (_, i) => first + i * 288_000);
  layout1File(file, devices, times);

  const telemetry = open(file);
  await telemetry.prepare();
  let steps = 0;
  const check = async () => {
    for (const deviceId of devices) {
      const found = await telemetry.range({ ...query, deviceId });
      expect(found.map(({ at }) => at)).toEqual(times);
      expect(found.map(({ mean }) => mean)).toEqual(times.map((_, i) => i / 8));
      expect(await telemetry.latest(deviceId, ['level'])).toEqual([
        { channel: 'level', value: 5999 / 8, measuredAt: times.at(-1) },
      ]);
    }
  };
  await check();
  while (await telemetry.upkeep()) {
    steps += 1;
    if (steps < 6 || steps % 10 === 0) await check();
  }
  expect(steps).toBeGreaterThan(3);
  await check();
  expect(readdirSync(dirname(file)).filter((name) => name.startsWith('layout-1'))).toEqual([]);
  await telemetry.close();
  const again = open(file);
  expect(await again.range({ ...query, deviceId: 'gauge-1' })).toHaveLength(6000);
  await again.close();
});

test('what is written while an old file is taken over counts more than what is in it', async () => {
  const file = join(await tempDir(), 'readings.db');
  layout1File(file, ['gauge'], [first, first + 1000, first + 2000, first + 3000]);
  const telemetry = open(file);
  await telemetry.write([reading('gauge', 'level', first + 1000, 77), reading('gauge', 'battery', first, 5)]);
  const values = async () => (await telemetry.range({ ...query, deviceId: 'gauge' })).map(({ mean }) => mean);
  expect(await values()).toEqual([0, 77, 0.25, 0.375]);
  // First what is fresh is packed into a block, then the old rows come below it.
  while (await telemetry.upkeep()) expect(await values()).toEqual([0, 77, 0.25, 0.375]);
  await telemetry.pack();
  expect(await values()).toEqual([0, 77, 0.25, 0.375]);
  expect(await telemetry.latest('gauge', ['battery'])).toMatchObject([{ value: 5 }]);
  await telemetry.close();
});

test('an empty file of layout 1 is one without readings', async () => {
  const file = join(await tempDir(), 'readings.db');
  layout1File(file, [], []);
  const telemetry = open(file);
  await telemetry.pack();
  await telemetry.write([reading('gauge', 'level', first, 1)]);
  expect(await telemetry.latest('gauge', ['level'])).toMatchObject([{ value: 1 }]);
  await telemetry.close();
});

test('a start that ended right after the old file was set aside is gone on with', async () => {
  const dir = await tempDir();
  const file = join(dir, 'readings.db');
  layout1File(join(dir, 'layout-1.db'), ['gauge'], [first]);
  // A file that was made and has no tables yet.
  new SqliteDatabase(file).pragma('journal_mode = WAL');
  const telemetry = open(file);
  expect(await telemetry.range({ ...query, deviceId: 'gauge' })).toHaveLength(1);
  await telemetry.pack();
  expect(await telemetry.range({ ...query, deviceId: 'gauge' })).toHaveLength(1);
  expect(existsSync(join(dir, 'layout-1.db'))).toBe(false);
  await telemetry.close();
});
