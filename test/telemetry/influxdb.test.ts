import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Settings } from '../../src/settings/schema.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { createInfluxTelemetry } from '../../src/telemetry/influxdb.ts';
import type { RefusedLine } from '../../src/telemetry/isolate.ts';
import type { Telemetry } from '../../src/telemetry/port.ts';
import { type InfluxServer, startInflux } from '../support/influx.ts';
import { reading, telemetryContract } from './contract.ts';
import { memoryWindows } from './memory-windows.ts';

const start = 1_772_323_200_000;
const database = `the "town's" readings`;
let influx: InfluxServer;
let telemetry: Telemetry;
let refused: RefusedLine[];

beforeAll(async () => {
  influx = await startInflux();
  const { influxdb, retention } = Settings.parse({}).telemetry;
  telemetry = createInfluxTelemetry({
    ...influxdb,
    url: influx.url,
    database,
    // What is written here was measured long ago.
    manageRetention: 'never',
    retention,
    windows: memoryWindows(),
    clock: systemClock,
    log: createLogger('silent'),
    onWritten: (lines) => refused.push(...lines),
  });
  await telemetry.prepare();
  await telemetry.prepare();
});

beforeEach(() => {
  refused = [];
});

afterAll(async () => {
  await telemetry?.close();
  await influx?.remove();
});

describe('the port', () => {
  telemetryContract(() => telemetry);
});

test('channels of one device and moment are one point, with tags device and type', async () => {
  await telemetry.write([
    reading('one-point', 'level', start, 12.4),
    reading('one-point', 'battery', start, 96),
    reading('one-point', 'level', start + 1, 12.5),
  ]);
  const rows = await influx.query(
    database,
    `SELECT "device"::tag, "type", "level", "battery" FROM "reading" WHERE "device"::tag='one-point'`,
  );
  expect(rows).toEqual([
    [start, 'one-point', 'flood-gauge', 12.4, 96],
    [start + 1, 'one-point', 'flood-gauge', 12.5, null],
  ]);
});

test('lines that InfluxDB refuses are named; every other line of the batch is stored', async () => {
  // InfluxDB 1.x looks at a field's type within one shard, so this stands at the same time.
  const path = `/write?precision=ms&db=${encodeURIComponent(database)}`;
  await fetch(influx.url + path, { method: 'POST', body: `reading,device=other conflict="text" ${start}` });

  const readings = Array.from({ length: 3000 }, (_, i) =>
    reading('bad', i % 1000 === 7 ? 'conflict' : 'level', start + i, i),
  );
  await telemetry.write(readings);

  expect(refused).toHaveLength(3);
  expect(refused[0]).toEqual({
    line: `reading,device=bad,type=flood-gauge conflict=7 ${start + 7}`,
    reason: expect.stringContaining('field type conflict'),
  });
  const range = await telemetry.range({
    deviceId: 'bad',
    channel: 'level',
    from: start,
    to: start + 3000,
    stepMs: 60_000,
  });
  expect(range).toMatchObject([{ count: 2997 }]);
});

test('a batch of nothing but bad lines is given up, for the server takes others', async () => {
  await telemetry.write([reading('nothing', 'conflict', start, 1), reading('nothing', 'conflict', start + 1, 2)]);
  expect(refused).toHaveLength(2);
});

test('names that line protocol cannot say are refused here, and the rest is stored', async () => {
  await telemetry.write([
    reading('ends\\', 'level', start, 1),
    reading('line\nbreak', 'level', start, 1),
    reading('unsayable', 'time', start, 1),
    reading('unsayable', '', start, 1),
    reading('unsayable', 'level', start, 1),
  ]);
  expect(refused).toHaveLength(4);
  expect(await telemetry.latest('unsayable', ['level'])).toHaveLength(1);
});

test('a database that is missing keeps the batch with us, and prepare() makes it again', async () => {
  await influx.query('', `DROP DATABASE "the \\"town's\\" readings"`);
  const batch = [reading('dropped', 'level', start, 1)];
  await expect(telemetry.write(batch)).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
  await telemetry.prepare();
  await telemetry.write(batch);
  expect(await telemetry.latest('dropped', ['level'])).toHaveLength(1);
});

test('a server that is away is TELEMETRY_UNAVAILABLE for all, and says where it should be', async () => {
  await influx.stop();
  // Exactly as many lines as a request takes: here the client would flush by itself and swallow the failure.
  const full = Array.from({ length: 5000 }, (_, i) => reading('away', 'level', start + i, i));
  for (const call of [
    () => telemetry.prepare(),
    () => telemetry.write(full),
    () => telemetry.write([reading('away', 'level', start, 1)]),
    () => telemetry.latest('away', ['level']),
  ]) {
    await expect(call()).rejects.toMatchObject({
      code: 'TELEMETRY_UNAVAILABLE',
      message: expect.stringContaining(influx.url),
    });
  }
  await influx.restart();
  await telemetry.write([reading('away', 'level', start, 1)]);
  expect(await telemetry.latest('away', ['level'])).toHaveLength(1);
});
