import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry, type EmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { tempDir } from '../support/temp-dir.ts';
import { reading, start, telemetryContract } from './contract.ts';

const day = 86_400_000;

function embedded(file: string): EmbeddedTelemetry {
  const retention = { raw: 90 * day, downsampled: 1830 * day };
  return createEmbeddedTelemetry({
    file,
    retention,
    clock: { now: () => start + 10 * day },
    log: createLogger('silent'),
  });
}

describe.for([false, true])('the port, packed after each write: %s', (packs) => {
  let dir: string;
  let telemetry: EmbeddedTelemetry;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tocsin-telemetry-'));
    telemetry = embedded(join(dir, 'telemetry', 'readings.db'));
    await telemetry.prepare();
  });

  afterAll(async () => {
    await telemetry.close();
    await rm(dir, { recursive: true });
  });

  telemetryContract(() => ({
    ...telemetry,
    write: async (readings) => {
      await telemetry.write(readings);
      if (packs) await telemetry.pack();
    },
  }));
});

test('readings are there after the file is opened again, and series go on', async () => {
  const file = join(await tempDir(), 'readings.db');
  const before = embedded(file);
  await before.prepare();
  await before.write([reading('gauge', 'level', 1000, 1)]);
  await before.close();

  const after = embedded(file);
  await after.prepare();
  await after.write([reading('gauge', 'level', 2000, 2)]);
  const query = { deviceId: 'gauge', channel: 'level', from: 0, to: 3000, stepMs: 3000 };
  expect(await after.range(query)).toEqual([{ at: 0, mean: 1.5, min: 1, max: 2, count: 2 }]);
  await after.close();
});

test('a batch that fails leaves nothing behind, and its series can be written afterwards', async () => {
  const telemetry = embedded(join(await tempDir(), 'readings.db'));
  const good = reading('gauge', 'level', 1000, 1);
  await expect(telemetry.write([good, reading('gauge', 'level', 2000, Number.NaN)])).rejects.toMatchObject({
    code: 'TELEMETRY_UNAVAILABLE',
  });
  expect(await telemetry.latest('gauge', ['level'])).toEqual([]);
  await telemetry.write([reading('other', 'level', 1000, 5)]);
  await telemetry.write([good]);
  expect(await telemetry.latest('gauge', ['level'])).toEqual([{ channel: 'level', value: 1, measuredAt: 1000 }]);
  expect(await telemetry.latest('other', ['level'])).toEqual([{ channel: 'level', value: 5, measuredAt: 1000 }]);
  await telemetry.close();
});

test('a place that cannot be used is TELEMETRY_UNAVAILABLE, until it can', async () => {
  const dir = await tempDir();
  const file = join(dir, 'readings.db');
  await mkdir(file);
  const telemetry = embedded(file);
  await expect(telemetry.prepare()).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
  await rm(file, { recursive: true });
  await telemetry.prepare();
  await telemetry.close();
  await expect(telemetry.latest('gauge', ['level'])).rejects.toThrow(/it is closed/);
});

test('a file of a later layout is left alone', async () => {
  const file = join(await tempDir(), 'readings.db');
  const db = new SqliteDatabase(file);
  db.pragma('user_version = 9');
  db.close();
  await expect(embedded(file).prepare()).rejects.toThrow(/layout 9/);
});
