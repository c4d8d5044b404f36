import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import type { LoadTask } from './load.ts';
import { RawClient } from './raw-client.ts';
import { p50, p99, round } from './statistics.ts';
import { watchStolen } from './stolen.ts';

/** What a town sends in a burst, and more than a city sends at all times. */
const rates = [1_000, 5_000];
const loadClients = 500;
const alarms = 200;

export interface LatencyResult {
  messagesPerSecond: number;
  alarms: number;
  /** Publish → PUBACK of the same messages: what the way to the broker and the disk costs alone. */
  acknowledgedMs: { p50: number; p99: number };
  /** Publish → alarm at a client of the live feed. */
  alarmMs: { p50: number; p99: number };
  /** The same way with nothing done on it, see `bare-way.ts`: what this machine takes at the same time. */
  bareMs: { p50: number; p99: number };
  /** Alarm over the bare way. */
  ratio: { p50: number; p99: number };
  /** Share of the cores' time that the host took for others meanwhile, 0 to 1; null where it cannot be told. */
  stolen: number | null;
}

/** From the publish of an SOS to its alarm on the live feed, while other messages come in at each of the rates. */
export async function benchLatency(): Promise<LatencyResult[]> {
  const results: LatencyResult[] = [];
  for (const rate of rates) results.push(await latencyAt(rate));
  return results;
}

async function latencyAt(rate: number): Promise<LatencyResult> {
  const tocsin = await TocsinProcess.start({ TOCSIN_LOG_LEVEL: 'warn' });
  const load = new Child('./load.ts');
  const bareWay = new Child('./bare-way.ts');
  const stop = new AbortController();
  try {
    await tocsin.makeAreas();
    const background = await tocsin.makeDevices('flood-gauge', loadClients);
    const elders = await tocsin.makeDevices('elder-wristband', alarms);
    const seenAt = new Map<string, number>();
    await watchFeed(tocsin, stop.signal, (deviceId) => {
      if (!seenAt.has(deviceId)) seenAt.set(deviceId, performance.now());
    });
    const bare = connect((await bareWay.message<{ port: number }>()).port, '127.0.0.1').setNoDelay();
    const task: LoadTask = { port: tocsin.mqttPort, clients: background, seconds: 60, rate };
    load.process.send(task);
    await sleep(4_000);

    const sentAt = new Map<string, number>();
    const acked: number[] = [];
    const bareTimes: number[] = [];
    const stolen = watchStolen();
    for (const elder of elders) {
      const client = await RawClient.open({ port: tocsin.mqttPort, ...elder });
      const sent = performance.now();
      client.onAcks(() => acked.push(performance.now() - sent));
      client.prepare(`tocsin/v1/${elder.id}/up`, '{"sos":true,"worn":true}');
      sentAt.set(elder.id, sent);
      client.send(1);
      await sleep(50);
      client.close();
      bareTimes.push(await bareTrip(bare));
    }
    bare.destroy();
    for (let i = 0; seenAt.size < alarms && i < 100; i++) await sleep(50);
    if (seenAt.size < alarms) throw new Error(`only ${seenAt.size} of ${alarms} alarms came on the live feed`);
    const times = elders.map(({ id }) => seenAt.get(id)! - sentAt.get(id)!);
    const [alarmMs, bareMs] = [of(times), of(bareTimes)];
    return {
      messagesPerSecond: rate,
      alarms,
      acknowledgedMs: of(acked),
      alarmMs,
      bareMs,
      ratio: { p50: round(alarmMs.p50 / bareMs.p50, 1), p99: round(alarmMs.p99 / bareMs.p99, 1) },
      stolen: stolen(),
    };
  } finally {
    stop.abort();
    await load.end('SIGKILL');
    await bareWay.end();
    await tocsin.remove();
  }
}

function of(times: number[]): { p50: number; p99: number } {
  return { p50: round(p50(times), 1), p99: round(p99(times), 1) };
}

/** Sends one message the bare way. @returns how long it was under way, milliseconds. */
async function bareTrip(socket: Socket): Promise<number> {
  const sent = performance.now();
  socket.write('.');
  await once(socket, 'data');
  return performance.now() - sent;
}

/** Calls `onAlarm` with the device of every alarm of the live feed. Resolves once the feed is open. */
export async function watchFeed(
  tocsin: TocsinProcess,
  signal: AbortSignal,
  onAlarm: (deviceId: string) => void,
): Promise<void> {
  const response = await fetch(`${tocsin.url}/api/v1/feed`, {
    headers: { authorization: `Bearer ${tocsin.token}`, accept: 'text/event-stream' },
    signal,
  });
  if (!response.ok || !response.body) throw new Error(`the live feed answers ${response.status}`);
  const lines = response.body.pipeThrough(new TextDecoderStream());
  void (async () => {
    let rest = '';
    for await (const text of lines) {
      const parts = (rest + text).split('\n');
      rest = parts.pop()!;
      for (const line of parts) {
        if (!line.startsWith('data:')) continue;
        const event = JSON.parse(line.slice(5)) as { kind: string; data: { deviceId?: string } | null };
        if (event.kind === 'alarm' && event.data?.deviceId) onAlarm(event.data.deviceId);
      }
    }
  })().catch(() => {
    // The feed ends when the measurement does.
  });
}
