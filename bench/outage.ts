import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataFiles } from '../src/settings/data-files.ts';
import { type InfluxServer, startInflux } from '../test/support/influx.ts';
import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import { watchFeed } from './latency.ts';
import type { OverloadReport, OverloadTask } from './overload-load.ts';
import { RawClient } from './raw-client.ts';
import { p50, p99, round } from './statistics.ts';

const clientCount = 500;
const warmUpS = 5;
/** Alarms in each of the two measurements of latency. */
const alarms = 60;

export interface OutageResult {
  messagesPerSecond: number;
  outageSeconds: number;
  /** Entries that waited in the journal when InfluxDB came back, and what each takes there. */
  backlog: number;
  bytesPerEntry: number;
  /** Frames a second that reached InfluxDB while the backlog was worked off, and over those that came in meanwhile. */
  catchUpPerSecond: number;
  catchUpRatio: number;
  catchUpSeconds: number;
  /** Publish → alarm on the live feed, with InfluxDB there and away. */
  alarmMs: { there: Latency; away: Latency; ratio: number };
  acknowledged: number;
  /** Acknowledged frames that are not in InfluxDB, and points of it that no frame was sent for. */
  gap: number;
  duplicates: number;
}

interface Latency {
  p50: number;
  p99: number;
}

/** InfluxDB goes away while frames come in, and comes back: what alarms notice of it, and how soon it has everything. */
export async function benchOutage(minutes: number, rate: number): Promise<OutageResult> {
  const influx = await startInflux();
  const tocsin = await TocsinProcess.start({
    TOCSIN_LOG_LEVEL: 'warn',
    TOCSIN_TELEMETRY_ENGINE: 'influxdb',
    TOCSIN_TELEMETRY_INFLUXDB_URL: influx.url,
    // 500 devices stand for a city here, so that each sends more than one device may.
    TOCSIN_INTAKE_RATE_PER_DEVICE: 'off',
  });
  const load = new Child('./overload-load.ts');
  const stop = new AbortController();
  try {
    await tocsin.makeAreas();
    const clients = await tocsin.makeDevices('flood-gauge', clientCount);
    const elders = await tocsin.makeDevices('elder-wristband', 2 * alarms);
    const firstTime = Date.now() - 86_400_000;
    const task: OverloadTask = { port: tocsin.mqttPort, clients, firstTime };
    load.process.send(task);
    await load.message();
    load.process.send({ rate });
    const seenAt = new Map<string, number>();
    await watchFeed(tocsin, stop.signal, (deviceId) => {
      if (!seenAt.has(deviceId)) seenAt.set(deviceId, performance.now());
    });
    const count = async () => {
      load.process.send('how much');
      return (await load.message<OverloadReport>()).acknowledged;
    };
    const lag = async () => (await tocsin.metrics()).tocsin_telemetry_lag_entries ?? 0;

    await sleep(warmUpS * 1000);
    const there = await latencies(tocsin, elders.slice(0, alarms), seenAt);

    const bytesBefore = journalBytes(tocsin);
    await influx.stop();
    const wentAt = performance.now();
    const acknowledgedBefore = await count();
    // The middle of the outage, so that the backlog has some size.
    await sleep(minutes * 30_000);
    const away = await latencies(tocsin, elders.slice(alarms), seenAt);
    await sleep(Math.max(0, minutes * 60_000 - (performance.now() - wentAt)));
    const backlog = await lag();
    const bytesPerEntry = (journalBytes(tocsin) - bytesBefore) / ((await count()) - acknowledgedBefore);
    const outageSeconds = (performance.now() - wentAt) / 1000;

    await influx.restart();
    const catching = await catchUp(lag, count, rate);

    load.process.send('end');
    const acknowledged = await load.message<Record<string, number>>();
    while ((await lag()) > 10) await sleep(100);
    const compared = await compare(influx, acknowledged, firstTime);
    return {
      messagesPerSecond: rate,
      outageSeconds: round(outageSeconds),
      backlog,
      bytesPerEntry: round(bytesPerEntry),
      ...catching,
      alarmMs: { there, away, ratio: round(away.p50 / there.p50, 2) },
      ...compared,
    };
  } finally {
    stop.abort();
    await load.end('SIGKILL');
    await tocsin.remove();
    await influx.remove();
  }
}

/** From the publish of an SOS to its alarm on the live feed. */
async function latencies(
  tocsin: TocsinProcess,
  elders: { id: string; secret: string }[],
  seenAt: Map<string, number>,
): Promise<Latency> {
  const sentAt = new Map<string, number>();
  for (const elder of elders) {
    const client = await RawClient.open({ port: tocsin.mqttPort, ...elder });
    client.prepare(`tocsin/v1/${elder.id}/up`, '{"sos":true,"worn":true}');
    sentAt.set(elder.id, performance.now());
    client.send(1);
    await sleep(50);
    client.close();
  }
  const missing = () => elders.filter(({ id }) => !seenAt.has(id)).length;
  for (let i = 0; missing() > 0 && i < 100; i++) await sleep(50);
  if (missing() > 0) throw new Error(`${missing()} of ${elders.length} alarms did not come on the live feed`);
  const times = elders.map(({ id }) => seenAt.get(id)! - sentAt.get(id)!);
  return { p50: round(p50(times), 1), p99: round(p99(times), 1) };
}

async function catchUp(lag: () => Promise<number>, count: () => Promise<number>, rate: number) {
  // Until it is noticed that InfluxDB is there again nothing moves: that is part of the time, not of the speed.
  const began = performance.now();
  let behind = await lag();
  while ((await lag()) >= behind) {
    behind = await lag();
    await sleep(20);
  }
  const [startedAt, arrivedBefore, lagBefore] = [performance.now(), await count(), await lag()];
  // What comes in within a second is no backlog.
  while ((await lag()) > rate) await sleep(50);
  const [arrived, left] = [(await count()) - arrivedBefore, await lag()];
  const now = performance.now();
  const delivered = lagBefore + arrived - left;
  return {
    catchUpPerSecond: round(delivered / ((now - startedAt) / 1000)),
    catchUpRatio: round(delivered / arrived, 2),
    catchUpSeconds: round((now - began) / 1000, 1),
  };
}

function journalBytes(tocsin: TocsinProcess): number {
  const { journal } = dataFiles({ dataDir: tocsin.dataDir });
  const files = readdirSync(journal, { recursive: true, encoding: 'utf8' }).filter((name) => /\d/.test(name));
  return files.reduce((sum, name) => {
    const found = statSync(join(journal, name), { throwIfNoEntry: false });
    return sum + (found?.isFile() ? found.blocks * 512 : 0);
  }, 0);
}

/** The n-th frame of a device was measured n ms after the first: all that are between first and last are there, once. */
async function compare(influx: InfluxServer, acknowledged: Record<string, number>, firstTime: number) {
  let gap = 0;
  let duplicates = 0;
  for (const [id, sent] of Object.entries(acknowledged)) {
    const where = `"device" = '${id}' AND time >= ${firstTime}ms AND time < ${firstTime + sent}ms`;
    const [row] = await influx.query('tocsin', `SELECT COUNT("level") FROM "reading" WHERE ${where}`);
    const found = Number(row?.[1] ?? 0);
    gap += Math.max(0, sent - found);
    duplicates += Math.max(0, found - sent);
  }
  const all = Object.values(acknowledged).reduce((sum, count) => sum + count, 0);
  return { acknowledged: all, gap, duplicates };
}
