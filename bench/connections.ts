import { setTimeout as sleep } from 'node:timers/promises';
import { connectionsThatFit } from '../src/ingest/open-files.ts';
import { freePort } from '../test/support/free-port.ts';
import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import type { HolderCommand, HolderReport } from './connection-holder.ts';
import { framesInJournal } from './frames-in-journal.ts';
import { makeManyDevices } from './many-devices.ts';
import { familyOf, liveMemoryOf } from './memory.ts';
import { p99, round } from './statistics.ts';

/** Clients of one process: below 20,000 open files. */
const CLIENTS_A_PROCESS = 17_000;
/** Each device reports every 50 s, as in a town of 5,000 devices with 100 frames a second. */
const REPORT_EVERY_S = 50;
const STEADY_S = 10;
const collectGarbage = { NODE_OPTIONS: `--import=${new URL('./collect-garbage.ts', import.meta.url).href}` };

interface Measured {
  connectSeconds: number;
  /** Of all processes, after all are connected; megabytes. */
  megabytes: number;
  /** What each connection has added, kilobytes. */
  kilobytesPerConnection: number;
  pubackP99Ms: number;
  reconnectSeconds: number;
  /** Messages that were never acknowledged though they were repeated. */
  unacknowledged: number;
}

export interface ConnectionsResult {
  connections: number;
  processes: number;
  messagesPerSecond: number;
  bareAedes: Measured;
  tocsin: Measured & { acknowledged: number; acknowledgedButNotInJournal: number };
  /** Tocsin over bare Aedes, memory of a connection. */
  memoryRatio: number;
}

/** Devices that stay connected: memory, time to connect, PUBACK meanwhile, and all of them coming back at once. */
export async function benchConnections(count: number): Promise<ConnectionsResult> {
  const processes = Math.max(2, Math.ceil((1.1 * count) / connectionsThatFit()));
  const bareAedes = await measureBare(count, processes);
  const tocsin = await measureTocsin(count, processes);
  return {
    connections: count,
    processes,
    messagesPerSecond: round(count / REPORT_EVERY_S),
    bareAedes,
    tocsin,
    memoryRatio: round(tocsin.kilobytesPerConnection / bareAedes.kilobytesPerConnection, 2),
  };
}

async function measureBare(count: number, processes: number): Promise<Measured> {
  const port = await freePort();
  const brokers = Array.from({ length: processes }, () => new Child('./bare-aedes.ts', collectGarbage, [String(port)]));
  try {
    for (const broker of brokers) await broker.message();
    const pids = brokers.map((broker) => broker.process.pid!);
    return (await measure(count, port, pids)).measured;
  } finally {
    for (const broker of brokers) await broker.end();
  }
}

async function measureTocsin(count: number, processes: number): Promise<ConnectionsResult['tocsin']> {
  const tocsin = await TocsinProcess.start({
    TOCSIN_LOG_LEVEL: 'warn',
    TOCSIN_MQTT_PROCESSES: String(processes),
    TOCSIN_MQTT_MAX_CONNECTIONS: String(count),
    ...collectGarbage,
  });
  try {
    await makeManyDevices(tocsin, count);
    const { measured, acknowledged } = await measure(count, tocsin.mqttPort, familyOf(tocsin.pid));
    await tocsin.stop();
    const kept = await framesInJournal(tocsin.dataDir);
    const lost = acknowledged.filter((message) => !kept.has(message)).length;
    return { ...measured, acknowledged: acknowledged.length, acknowledgedButNotInJournal: lost };
  } finally {
    await tocsin.remove();
  }
}

/** The same for both: `pids` are all processes of the broker at `port`. */
async function measure(count: number, port: number, pids: number[]) {
  const before = await liveMemoryOf(pids);
  const holders = Array.from(
    { length: Math.ceil(count / CLIENTS_A_PROCESS) },
    () => new Child('./connection-holder.ts'),
  );
  const share = Math.ceil(count / holders.length);
  const tell = (command: HolderCommand) => {
    for (const holder of holders) holder.process.send(command);
  };
  const all = <T>() => Promise.all(holders.map((holder) => holder.message<T>()));
  try {
    const connectSeconds = await seconds(async () => {
      const connected = all();
      for (const [i, holder] of holders.entries()) {
        const first = i * share;
        const network = `127.0.${i + 1}`;
        holder.process.send({ do: 'connect', port, first, count: Math.min(share, count - first), network });
      }
      await connected;
    });
    const after = await liveMemoryOf(pids);

    tell({ do: 'publish', perSecond: count / REPORT_EVERY_S / holders.length });
    await sleep(STEADY_S * 1000);
    const steady = all<HolderReport>();
    tell({ do: 'report' });
    const times = (await steady).flatMap((report) => report.times);

    const cut = all();
    tell({ do: 'cut' });
    await cut;
    const reconnectSeconds = await seconds(async () => {
      const back = all();
      tell({ do: 'reconnect' });
      await back;
    });
    tell({ do: 'publish', perSecond: 0 });
    const done = all<HolderReport>();
    tell({ do: 'report' });
    const reports = await done;
    const measured: Measured = {
      connectSeconds: round(connectSeconds, 1),
      megabytes: round(after / 2 ** 20),
      kilobytesPerConnection: round((after - before) / count / 1024, 1),
      pubackP99Ms: round(p99(times), 1),
      reconnectSeconds: round(reconnectSeconds, 1),
      unacknowledged: reports.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0),
    };
    const acknowledged = reports.flatMap((report) =>
      report.acknowledged.map(([number, payload]) => `gauge-${number} ${payload}`),
    );
    return { measured, acknowledged };
  } finally {
    for (const holder of holders) await holder.end('SIGKILL');
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
