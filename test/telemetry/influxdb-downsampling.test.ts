import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Settings } from '../../src/settings/schema.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { windowStore } from '../../src/telemetry/influxdb/window-store.ts';
import { createInfluxTelemetry, type InfluxOptions } from '../../src/telemetry/influxdb.ts';
import type { Bucket, RangeQuery, Telemetry } from '../../src/telemetry/port.ts';
import { tempStore } from '../store/temp-store.ts';
import { type InfluxServer, startInflux } from '../support/influx.ts';
import { reading } from './contract.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Three days ago, on the hour: InfluxDB has no clock but the machine's, and a retention is counted from it. */
const start = Math.floor(Date.now() / hour) * hour - 3 * day;

let influx: InfluxServer;
let databases = 0;

beforeAll(async () => {
  influx = await startInflux();
});

afterAll(async () => {
  await influx?.remove();
});

/** InfluxDB telemetry on a database and a store of its own, with a clock that only the test moves. */
async function setUp(options: Partial<InfluxOptions> = {}) {
  const database = `downsampling${databases++}`;
  const clock = { at: start, now: () => clock.at };
  const { influxdb, retention } = Settings.parse({}).telemetry;
  const { store } = await tempStore();
  const open = (others: Partial<InfluxOptions> = {}) => {
    const telemetry = createInfluxTelemetry({
      ...influxdb,
      url: influx.url,
      database,
      retention,
      windows: windowStore(store),
      clock,
      log: createLogger('silent'),
      onWritten: () => {},
      ...options,
      ...others,
    });
    onTestFinished(() => telemetry.close());
    return telemetry;
  };
  const telemetry = open();
  await telemetry.prepare();
  await upkeep(telemetry);
  const count = async () =>
    (await influx.query(`${database}_downsampled`, 'SELECT SUM("count") FROM "reading_5m"'))[0]?.[1] ?? 0;
  const pending = async () => (await store.selectFrom('telemetryWindow').selectAll().execute()).length;
  /** Takes the readings themselves away, so that nothing but what was downsampled can answer. */
  const dropRaw = () => influx.query(database, 'DROP MEASUREMENT "reading"');
  return { database, clock, telemetry, open, count, pending, dropRaw };
}

async function upkeep(telemetry: Telemetry): Promise<void> {
  while (await telemetry.upkeep?.());
}

/** Three days of two gauges, one with two channels: each hour some readings that fall into two windows. */
function threeDays() {
  const times = Array.from({ length: 72 * 4 }, (_, i) => start + Math.floor(i / 4) * hour + 17_000 + (i % 4) * 100_000);
  return times.flatMap((at, i) => [
    reading('gauge-1', 'level', at, i % 97),
    reading('gauge-1', 'battery', at, 100 - (i % 13)),
    reading('gauge-2', 'level', at + 50_000, i % 89),
  ]);
}

const level = (from: number, to: number, stepMs: number): RangeQuery => ({
  deviceId: 'gauge-1',
  channel: 'level',
  from,
  to,
  stepMs,
});

/** Means of sums differ in the last digits with the order in which they were added. */
function rounded(buckets: readonly Bucket[]) {
  return buckets.map((bucket) => ({ ...bucket, mean: Number(bucket.mean.toFixed(9)) }));
}

test('windows are downsampled once they are over, and a long chart of them is the same as one of readings', async () => {
  const { telemetry, clock, count, pending, dropRaw } = await setUp();
  const readings = threeDays();
  await telemetry.write(readings);
  await upkeep(telemetry);
  expect(await count()).toBe(0);

  // Odd ends on both sides are read from the readings, what lies between from what was downsampled.
  const query = level(start + 61_000, start + 3 * day - hour + 61_000, hour);
  const fromReadings = await telemetry.range(query);
  expect(fromReadings.reduce((sum, bucket) => sum + bucket.count, 0)).toBeGreaterThan(280);
  clock.at = start + 3 * day + 10 * minute;
  await upkeep(telemetry);
  expect(await count()).toBe(readings.length);
  expect(await pending()).toBe(0);
  expect(rounded(await telemetry.range(query))).toEqual(rounded(fromReadings));

  await dropRaw();
  const whole = level(start, start + 3 * day, hour);
  expect((await telemetry.range(whole)).reduce((sum, bucket) => sum + bucket.count, 0)).toBe(readings.length / 3);
  // A step that windows do not fit into, or a short span, can only come from the readings.
  expect(await telemetry.range({ ...whole, stepMs: minute })).toEqual([]);
  expect(await telemetry.range(level(start, start + hour, 5 * minute))).toEqual([]);
});

test('a late reading corrects its window, and until then the chart of its device is made of readings', async () => {
  const { telemetry, clock, count } = await setUp();
  await telemetry.write(threeDays());
  clock.at = start + 3 * day + 10 * minute;
  await upkeep(telemetry);
  const before = await count();
  const at = start + day + 7 * minute + 1;
  await telemetry.write([reading('gauge-1', 'level', at, 400)]);

  const query = level(start, start + 3 * day, hour);
  const max = async () => (await telemetry.range(query)).find((bucket) => bucket.at === start + day)?.max;
  expect(await max()).toBe(400);
  await upkeep(telemetry);
  expect(await count()).toBe(before);
  clock.at += 2 * minute;
  await upkeep(telemetry);
  expect(await count()).toBe(Number(before) + 1);
  expect(await max()).toBe(400);
  // A reading that is put right puts its window right as well.
  await telemetry.write([reading('gauge-1', 'level', at, 200)]);
  clock.at += 2 * minute;
  await upkeep(telemetry);
  expect(await max()).toBe(200);
  expect(await count()).toBe(Number(before) + 1);
});

test('what was not downsampled before a crash is after it, for every device', async () => {
  const { telemetry, open, clock, count, pending } = await setUp();
  const readings = Array.from({ length: 600 }, (_, i) => reading(`gauge-${i}`, 'level', start + i * 1000, i));
  await telemetry.write(readings);
  clock.at = start + hour;
  // One step of several, and then no more.
  expect(await telemetry.upkeep!()).toBe(true);
  expect(await count()).toBeLessThan(readings.length);
  expect(await pending()).toBeGreaterThan(0);

  const second = open();
  await second.prepare();
  await upkeep(second);
  expect(await count()).toBe(readings.length);
  expect(await pending()).toBe(0);
});

test('a server that fails in the middle leaves the window to be done', async () => {
  const { telemetry, clock, count, pending } = await setUp();
  await telemetry.write([reading('gauge-1', 'level', start, 1), reading('gauge-2', 'level', start, 2)]);
  clock.at = start + hour;
  await influx.stop();
  await expect(telemetry.upkeep!()).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
  expect(await pending()).toBe(1);
  await influx.restart();
  await telemetry.prepare();
  await upkeep(telemetry);
  expect(await count()).toBe(2);
});

test('what was written before downsampling began is read from the readings', async () => {
  const { telemetry: before, open, clock } = await setUp({ downsample: false });
  expect(before.upkeep).toBeUndefined();
  await before.write(threeDays());
  clock.at = start + 3 * day;
  const after = open({ downsample: true });
  await after.prepare();
  await upkeep(after);
  const query = level(start, start + 3 * day, hour);
  expect((await after.range(query)).length).toBe((await before.range(query)).length);
});
