import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alarm } from '../../src/api/contract.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { type InfluxServer, startInflux } from '../support/influx.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

/** Longer than anything takes on a machine that is busy with other tests. */
const patiently = { timeout: 25_000, interval: 50 };
const samplesPerFrame = 400;

let influx: InfluxServer;
let proxy: FaultyProxy;
let tocsin: TocsinProcess;
let gauges: { id: string; secret: string }[];
let elders: { id: string; secret: string }[];

interface Fault {
  name: string;
  begin(): unknown;
  /** What Tocsin says is the matter; left out where a fault is no trouble. */
  trouble?: RegExp;
  end?(): unknown;
  /** Samples of the 800 that InfluxDB refuses for good. */
  refused?: number;
}

const isWrite = (url: string | undefined) => url!.startsWith('/write');

/** Answers every write so, and nothing else. */
function answerWrites(status: number, body: string, headers?: Record<string, string>) {
  return () => proxy.misbehave(({ url }) => (isWrite(url) ? { status, body, ...(headers && { headers }) } : 'pass'));
}

const faults: Fault[] = [
  {
    name: 'away: connections are refused',
    begin: () => proxy.close(),
    trouble: /ECONNREFUSED/,
    end: () => proxy.listen(),
  },
  { name: 'slow: each answer takes 2 s', begin: () => proxy.misbehave(() => ({ delayMs: 2000 })) },
  { name: 'hanging: no answer ever comes', begin: () => proxy.misbehave(() => 'hang'), trouble: /no answer within/ },
  {
    name: 'failing with 500',
    begin: answerWrites(500, '{"error":"engine: cache maximum memory size exceeded"}'),
    trouble: /maximum memory size/,
  },
  {
    name: 'overloaded: 503 and when to come again',
    begin: answerWrites(503, '{"error":"overloaded"}', { 'retry-after': '1' }),
    trouble: /overloaded/,
  },
  {
    name: 'too many requests: 429 and when to come again',
    begin: answerWrites(429, '{"message":"rate limited"}', { 'retry-after': '1' }),
    trouble: /rate limited/,
  },
  {
    name: 'out of disk space',
    begin: answerWrites(500, '{"error":"engine: error writing WAL entry: write _00001.wal: no space left on device"}'),
    trouble: /no space left/,
  },
  {
    name: 'no longer letting us in: 401',
    begin: () => proxy.misbehave(() => ({ status: 401, body: '{"error":"authorization failed"}' })),
    trouble: /authorization failed/,
  },
  {
    name: 'back without its database',
    begin: () => influx.query('', 'DROP DATABASE "tocsin"'),
  },
  {
    name: 'taking small requests only: 413',
    begin: () =>
      proxy.misbehave(({ url }, body) =>
        isWrite(url) && body.length > 6000 ? { status: 413, body: '<h1>Request Entity Too Large</h1>' } : 'pass',
      ),
  },
  {
    name: 'refusing some lines of a batch',
    // InfluxDB 1.x looks at a field's type within one shard: a day.
    begin: async () => {
      const path = `${influx.url}/write?precision=ms&db=tocsin`;
      for (let day = 0; day < 3; day++) {
        const at = Date.now() - day * 86_400_000;
        await fetch(path, { method: 'POST', body: `reading,device=other flow="text" ${at}` });
      }
    },
    refused: 8,
  },
  {
    name: 'losing its answers after it has written',
    begin: () => proxy.misbehave(({ url }) => (isWrite(url) ? 'lose-answer' : 'pass')),
    trouble: /socket hang up|ECONNRESET/,
  },
  {
    name: 'killed half way through a batch',
    begin: () => proxy.misbehave(({ url }) => (isWrite(url) ? { half: true, meanwhile: () => influx.kill() } : 'pass')),
    trouble: /cannot be used/,
    end: () => influx.restart(),
  },
];

beforeAll(async () => {
  influx = await startInflux();
  proxy = await FaultyProxy.before(influx.url);
  tocsin = await TocsinProcess.start({
    TOCSIN_TELEMETRY_ENGINE: 'influxdb',
    TOCSIN_TELEMETRY_INFLUXDB_URL: proxy.url,
    TOCSIN_TELEMETRY_INFLUXDB_TIMEOUT: '4 s',
  });
  await tocsin.makeAreas();
  // Devices of its own for each fault, so that no limit of a device is in the way.
  gauges = await tocsin.makeDevices('flood-gauge', faults.length);
  elders = await tocsin.makeDevices('elder-wristband', faults.length);
});

afterAll(async () => {
  await tocsin?.remove();
  await proxy?.close();
  await influx?.remove();
});

async function publish({ id, secret }: { id: string; secret: string }, payloads: string[]): Promise<void> {
  const url = `mqtt://127.0.0.1:${tocsin.mqttPort}`;
  const client = await mqtt.connectAsync(url, { clientId: id, username: id, password: secret });
  for (const payload of payloads) await client.publishAsync(`tocsin/v1/${id}/up`, payload, { qos: 1 });
  await client.endAsync();
}

async function telemetryTrouble(): Promise<string> {
  const answer = await fetch(`${tocsin.url}/health/ready`);
  const { parts } = (await answer.json()) as { parts: { telemetry: { detail?: string } } };
  expect(answer.status).toBe(200);
  return parts.telemetry.detail ?? '';
}

test.for(faults.map((fault, index) => ({ ...fault, index })))('InfluxDB $name', { timeout: 90_000 }, async (fault) => {
  const { index } = fault;
  const gauge = gauges[index]!;
  const elder = elders[index]!;
  const before = await tocsin.metrics();
  const refusedBefore = before.tocsin_telemetry_refused_total ?? 0;
  const takenBefore = before.tocsin_telemetry_readings_total ?? 0;
  const began = Date.now() - 3_600_000;
  // The first samples of each frame have a channel that InfluxDB refuses in one of the faults.
  const frame = (first: number) => {
    const samples = Array.from({ length: samplesPerFrame }, (_, i) => {
      const flow = fault.refused && i < fault.refused / 2 ? { flow: 1 } : {};
      return { time: began + (first + i) * 1000, level: (first + i) % 5, ...flow };
    });
    return JSON.stringify({ samples });
  };

  await fault.begin();
  await publish(gauge, [frame(0), frame(samplesPerFrame)]);
  // Whatever is the matter with InfluxDB, alarms are on time.
  await publish(elder, ['{"sos":true,"worn":true}']);
  const raised = async () => (await tocsin.call<Alarm[]>('GET', '/alarms?active=true')).map((alarm) => alarm.deviceId);
  await expect.poll(raised, { timeout: 5000, interval: 50 }).toContain(elder.id);

  if (fault.trouble) {
    await expect.poll(telemetryTrouble, patiently).toMatch(fault.trouble);
    const series = `/devices/${gauge.id}/series?channel=level&from=${began}&to=${began + 3_600_000}`;
    const asked = tocsin.call('GET', series);
    if (/REFUSED|no answer/.test(fault.trouble.source))
      await expect(asked).rejects.toThrow(/503.*TELEMETRY_UNAVAILABLE/);
    else await asked.catch(() => {});
    await fault.end?.();
    proxy.behave();
  }
  await expect.poll(telemetryTrouble, patiently).toBe('');
  // The offset moves when InfluxDB has answered, not before.
  const taken = async () => ((await tocsin.metrics()).tocsin_telemetry_readings_total ?? 0) - takenBefore;
  await expect.poll(taken, patiently).toBeGreaterThanOrEqual(2 * samplesPerFrame);

  const statement = `SELECT "level" FROM "reading" WHERE "device" = '${gauge.id}'`;
  const expected = Array.from({ length: 2 * samplesPerFrame }, (_, step) => [step, step % 5]).filter(
    ([step]) => !fault.refused || step! % samplesPerFrame >= fault.refused / 2,
  );
  const stored = async () =>
    (await influx.query('tocsin', statement)).map(([time, level]) => [(Number(time) - began) / 1000, level]);
  await expect.poll(stored, patiently).toEqual(expected);
  // What is no trouble has gone on until now.
  proxy.behave();
  const refused = async () => ((await tocsin.metrics()).tocsin_telemetry_refused_total ?? 0) - refusedBefore;
  await expect.poll(refused, patiently).toBe(fault.refused ?? 0);
});
