import { expect, onTestFinished, test } from 'vitest';
import { Settings } from '../../src/settings/schema.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { createInfluxTelemetry, type InfluxOptions } from '../../src/telemetry/influxdb.ts';
import type { RefusedLine } from '../../src/telemetry/isolate.ts';
import { startInflux } from '../support/influx.ts';
import { reading } from './contract.ts';
import { documentedServer } from './documented-server.ts';
import { memoryWindows } from './memory-windows.ts';

const start = 1_772_323_200_000;

function client(options: Partial<InfluxOptions> & { url: string }) {
  const refused: RefusedLine[] = [];
  const { influxdb, retention } = Settings.parse({}).telemetry;
  const telemetry = createInfluxTelemetry({
    ...influxdb,
    database: 'town',
    // What is written here was measured long ago.
    manageRetention: 'never',
    retention,
    windows: memoryWindows(),
    clock: systemClock,
    log: createLogger('silent'),
    onWritten: (lines) => refused.push(...lines),
    ...options,
  });
  onTestFinished(() => telemetry.close());
  return { telemetry, refused };
}

test('a server with users takes user:password and turns away what is wrong', async () => {
  const influx = await startInflux({ auth: true });
  onTestFinished(() => influx.remove());
  await influx.query('', `CREATE USER "tocsin" WITH PASSWORD 'secret' WITH ALL PRIVILEGES`);

  const { telemetry } = client({ url: influx.url, token: 'tocsin:secret' });
  await telemetry.prepare();
  await telemetry.write([reading('gauge', 'level', start, 1)]);
  expect(await telemetry.latest('gauge', ['level'])).toHaveLength(1);

  const stranger = client({ url: influx.url, token: 'tocsin:wrong' }).telemetry;
  await expect(stranger.prepare()).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
  await expect(stranger.write([reading('gauge', 'level', start, 1)])).rejects.toThrow(/authorization failed/);
});

test('a server without the v2 address is named with the setting that helps', async () => {
  const influx = await startInflux();
  onTestFinished(() => influx.remove());
  const { telemetry } = client({ url: influx.url, writeApi: 'v2' });
  await expect(telemetry.write([reading('gauge', 'level', start, 1)])).rejects.toThrow(/set writeApi to v1/);
});

test.each([
  ['v2.7.12', '/api/v2/write'],
  ['1.8.10', '/write'],
])('a server that says it is %s is written at %s', async (version, address) => {
  const { url, requests } = await documentedServer(
    (request) => (request.url!.startsWith('/query') ? [200, { results: [{}] }] : [204, null]),
    { 'x-influxdb-version': version },
  );
  const { telemetry } = client({ url, writeApi: 'auto' });
  await telemetry.prepare();
  await telemetry.write([reading('gauge', 'level', start, 12.4)]);
  expect(requests.filter(({ body }) => body.startsWith('reading,')).map(({ url }) => url.pathname)).toEqual([address]);
});

test('2.x and 3 are written with bucket, organisation and token, and read with InfluxQL', async () => {
  const { url, requests } = await documentedServer((request) =>
    request.method === 'POST' ? [204, null] : [200, { results: [{ series: [{ values: [[start, 12.4]] }] }] }],
  );
  const { telemetry } = client({ url, writeApi: 'v2', organisation: 'the town', token: 't0ken' });
  await telemetry.prepare();
  await telemetry.write([reading('gauge', 'level', start, 12.4)]);
  expect(await telemetry.latest('gauge', ['level'])).toEqual([{ channel: 'level', value: 12.4, measuredAt: start }]);

  expect(requests.map(({ url, authorization }) => [url.pathname, authorization])).toEqual([
    ['/ping', undefined],
    // Whether the bucket is there, and how long it keeps; a token that may not know does no harm.
    ['/api/v2/buckets', 'Token t0ken'],
    ['/api/v2/write', 'Token t0ken'],
    ['/query', 'Token t0ken'],
  ]);
  const write = requests[2]!;
  expect(Object.fromEntries(write.url.searchParams)).toEqual({ org: 'the town', bucket: 'town', precision: 'ms' });
  expect(write.body).toBe(`reading,device=gauge,type=flood-gauge level=12.4 ${start}`);
  expect(requests[3]!.url.searchParams.get('db')).toBe('town');
});

test('a line outside the retention of 2.x is isolated; a server that refuses everything loses us nothing', async () => {
  let refuse = (body: string) => body.includes('level=3 ');
  const stored = new Set<string>();
  const { url } = await documentedServer((_request, body) => {
    if (refuse(body)) return [422, { code: 'unprocessable entity', message: 'points beyond retention policy' }];
    if (body !== '') for (const line of body.split('\n')) stored.add(line);
    return [204, null];
  });
  const { telemetry, refused } = client({ url, writeApi: 'v2', token: 't0ken' });
  const batch = [1, 2, 3, 4, 5].map((value) => reading('gauge', 'level', start + value, value));
  await telemetry.write(batch);
  expect(stored.size).toBe(4);
  expect(refused).toEqual([
    { line: expect.stringContaining('level=3 '), reason: expect.stringContaining('beyond retention') },
  ]);

  refuse = () => true;
  await expect(telemetry.write(batch)).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
  expect(refused).toHaveLength(1);
});
