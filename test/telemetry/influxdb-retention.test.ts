import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Settings } from '../../src/settings/schema.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { createInfluxTelemetry, type InfluxOptions } from '../../src/telemetry/influxdb.ts';
import { type InfluxServer, startInflux } from '../support/influx.ts';
import { reading } from './contract.ts';
import { documentedServer } from './documented-server.ts';
import { memoryWindows } from './memory-windows.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Math.floor(Date.now() / hour) * hour;
let influx: InfluxServer;

beforeAll(async () => {
  influx = await startInflux();
});

afterAll(async () => {
  await influx?.remove();
});

function open(database: string, options: Partial<InfluxOptions> = {}) {
  const clock = { at: now, now: () => clock.at };
  const telemetry = createInfluxTelemetry({
    ...Settings.parse({}).telemetry.influxdb,
    url: influx.url,
    database,
    retention: { raw: 90 * day, downsampled: 1830 * day },
    windows: memoryWindows(),
    clock,
    log: createLogger('silent'),
    onWritten: () => {},
    ...options,
  });
  onTestFinished(() => telemetry.close());
  return { telemetry, clock };
}

/** Duration of the default policy. */
async function retentionOf(database: string) {
  return (await influx.query('', `SHOW RETENTION POLICIES ON "${database}"`))[0]?.[1];
}

test('databases that Tocsin makes get the retention of the settings', async () => {
  const { telemetry } = open('made');
  await telemetry.prepare();
  await telemetry.upkeep?.();
  expect(await retentionOf('made')).toBe('2160h0m0s');
  expect(await retentionOf('made_downsampled')).toBe('43920h0m0s');
});

test('a database that was there keeps its retention, unless the settings say always', async () => {
  await influx.query('', 'CREATE DATABASE "kept"');
  await influx.query('', 'CREATE DATABASE "shorter" WITH DURATION 3d');
  for (const database of ['kept', 'shorter']) {
    const { telemetry } = open(database);
    await telemetry.prepare();
    await telemetry.upkeep?.();
  }
  expect(await retentionOf('kept')).toBe('0s');
  expect(await retentionOf('shorter')).toBe('72h0m0s');
  expect(await retentionOf('kept_downsampled')).toBe('43920h0m0s');

  await open('kept', { manageRetention: 'always' }).telemetry.prepare();
  expect(await retentionOf('kept')).toBe('2160h0m0s');
  await open('shorter', { manageRetention: 'never' }).telemetry.prepare();
  await open('untouched', { manageRetention: 'never' }).telemetry.prepare();
  expect([await retentionOf('shorter'), await retentionOf('untouched')]).toEqual(['72h0m0s', '0s']);
});

test('readings beyond the retention are refused by InfluxDB, and nothing else of their batch is', async () => {
  const refused: string[] = [];
  const { telemetry } = open('beyond', {
    retention: { raw: day, downsampled: 30 * day },
    onWritten: (lines) => refused.push(...lines.map(({ line }) => line)),
  });
  await telemetry.prepare();
  // Every second one, so that no half of the batch is all good or all bad.
  const ages = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 10 * day : hour) + i * 1000);
  await telemetry.write(ages.map((age) => reading('gauge', 'level', now - age, 1)));
  expect(refused).toHaveLength(1000);
  expect(await influx.query('beyond', 'SELECT COUNT("level") FROM "reading"')).toEqual([[0, 1000]]);
});

test('where the readings are gone a chart has what was downsampled of them', async () => {
  const { telemetry, clock } = open('gone', { retention: { raw: 2 * day, downsampled: 30 * day } });
  clock.at = now - day;
  await telemetry.prepare();
  await telemetry.upkeep?.();
  const from = now - 20 * hour;
  await telemetry.write([0, 1, 2, 6].map((minute) => reading('gauge', 'level', from + minute * 60_000, minute)));
  clock.at = now;
  await telemetry.upkeep?.();

  await influx.query('gone', 'DROP MEASUREMENT "reading"');
  const query = { deviceId: 'gauge', channel: 'level', from, to: from + hour, stepMs: 60_000 };
  expect(await telemetry.range(query)).toEqual([]);
  clock.at = now + 2 * day;
  expect(await telemetry.range(query)).toEqual([
    { at: from, mean: 1, min: 0, max: 2, count: 3 },
    { at: from + 300_000, mean: 6, min: 6, max: 6, count: 1 },
  ]);
});

test('the buckets of 2.x are made with their retention, and one that is there is changed only on demand', async () => {
  const buckets = [{ id: 'b1', name: 'town', retentionRules: [{ type: 'expire', everySeconds: 3600 }] }];
  const { url, requests } = await documentedServer(
    ({ method, url }) => {
      if (url!.startsWith('/api/v2/orgs')) return [200, { orgs: [{ id: 'o1' }] }];
      if (!url!.startsWith('/api/v2/buckets')) return [204, null];
      const name = new URL(url!, 'http://server').searchParams.get('name');
      return [method === 'POST' ? 201 : 200, { buckets: buckets.filter((bucket) => bucket.name === name) }];
    },
    { 'x-influxdb-version': 'v2.7.12' },
  );
  const changes = () =>
    requests
      .filter(({ method, url }) => method !== 'GET' && url.pathname.startsWith('/api/v2/buckets'))
      .map(({ method, url, body }) => ({ method, path: url.pathname, ...JSON.parse(body) }));

  await open('town', { url, organisation: 'the town', token: 't0ken' }).telemetry.prepare();
  expect(changes()).toEqual([]);
  await open('fresh', { url, organisation: 'the town', token: 't0ken' }).telemetry.prepare();
  await open('town', { url, organisation: 'the town', manageRetention: 'always' }).telemetry.prepare();
  const retentionRules = [{ type: 'expire', everySeconds: (90 * day) / 1000 }];
  expect(changes()).toEqual([
    { method: 'POST', path: '/api/v2/buckets', orgID: 'o1', name: 'fresh', retentionRules },
    { method: 'PATCH', path: '/api/v2/buckets/b1', retentionRules },
  ]);
});

test('InfluxDB 3 has no database before its first line, and downsampling begins all the same', async () => {
  const { url, requests } = await documentedServer(
    ({ method, url }) => {
      if (method === 'POST') return [204, null];
      return url!.startsWith('/query') ? [404, { error: 'database not found: fresh_downsampled' }] : [200, {}];
    },
    { 'x-influxdb-version': '3.1.0' },
  );
  const { telemetry } = open('fresh', { url, token: 't0ken' });
  await telemetry.prepare();
  expect(await telemetry.upkeep?.()).toBe(false);
  const [write] = requests.filter(({ method }) => method === 'POST');
  expect(write!.url.searchParams.get('bucket')).toBe('fresh_downsampled');
  expect(write!.body).toBe(`tocsin_downsampling since=${now} ${now}`);
});
