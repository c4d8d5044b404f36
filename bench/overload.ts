import { setTimeout as sleep } from 'node:timers/promises';
import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import { brokerCores, loadCores, pin } from './cores.ts';
import { familyOf, memoryOf } from './memory.ts';
import type { OverloadReport, OverloadTask } from './overload-load.ts';
import { p50, round } from './statistics.ts';
import { storedInOrder } from './stored-in-order.ts';

const clientCount = 500;
/** Until devices are slowed: the engine may be 2 s behind before that. */
const warmUpS = 12;
const probeS = 8;
const timesSustainable = 3;
const sampleEveryS = 2;

export interface OverloadResult {
  /** What is acknowledged, stored and judged a second in the long run. */
  sustainablePerSecond: number;
  offeredPerSecond: number;
  seconds: number;
  acknowledgedPerSecond: number;
  /** Share of what was offered that its devices had to hold back. */
  heldBack: number;
  brokenConnections: number;
  /** Of Tocsin with all its processes, every few seconds. */
  megabytes: number[];
  /** Median of the last third of these over that of the first third: 1 is flat. */
  memoryGrowth: number;
  acknowledged: number;
  /** Acknowledged messages that are not in the journal. */
  lost: number;
}

/** Three times of what Tocsin can judge, from devices with 20 messages in flight. */
export async function benchOverload(minutes: number): Promise<OverloadResult> {
  // 500 devices stand for a city here, so that each sends more than one device may.
  const tocsin = await TocsinProcess.start({ TOCSIN_LOG_LEVEL: 'warn', TOCSIN_INTAKE_RATE_PER_DEVICE: 'off' });
  const load = new Child('./overload-load.ts');
  try {
    await tocsin.makeAreas();
    const clients = await tocsin.makeDevices('flood-gauge', clientCount);
    pin(tocsin.pid, brokerCores);
    pin(load.process.pid!, loadCores);
    const firstTime = Date.now() - 86_400_000;
    const task: OverloadTask = { port: tocsin.mqttPort, clients, firstTime };
    load.process.send(task);
    await load.message();
    const offer = (rate: number) => load.process.send({ rate });
    const howMuch = async () => {
      load.process.send('how much');
      return await load.message<OverloadReport>();
    };

    offer(1_000_000);
    await sleep(warmUpS * 1000);
    const probed = await howMuch();
    await sleep(probeS * 1000);
    const before = await howMuch();
    const sustainable = (before.acknowledged - probed.acknowledged) / probeS;

    offer(timesSustainable * sustainable);
    const megabytes: number[] = [];
    const began = performance.now();
    while (performance.now() - began < minutes * 60_000) {
      await sleep(sampleEveryS * 1000);
      megabytes.push(round(memoryOf(familyOf(tocsin.pid)) / 1e6));
    }
    const after = await howMuch();
    const seconds = (performance.now() - began) / 1000;
    load.process.send('end');
    const acknowledged = await load.message<Record<string, number>>();
    // Not gently: what was acknowledged must be there whatever happens next.
    await tocsin.kill();
    const third = Math.ceil(megabytes.length / 3);
    return {
      sustainablePerSecond: round(sustainable),
      offeredPerSecond: round(timesSustainable * sustainable),
      seconds: round(seconds),
      acknowledgedPerSecond: round((after.acknowledged - before.acknowledged) / seconds),
      heldBack: round((after.heldBack - before.heldBack) / (timesSustainable * sustainable * seconds), 2),
      brokenConnections: after.broken,
      megabytes,
      memoryGrowth: round(p50(megabytes.slice(-third)) / p50(megabytes.slice(0, third)), 2),
      acknowledged: after.acknowledged,
      lost: await lostOf(tocsin.dataDir, acknowledged, firstTime),
    };
  } finally {
    await load.end('SIGKILL');
    await tocsin.remove();
  }
}

async function lostOf(dataDir: string, acknowledged: Record<string, number>, firstTime: number): Promise<number> {
  const stored = await storedInOrder(dataDir, firstTime);
  return Object.entries(acknowledged).reduce((sum, [id, count]) => sum + Math.max(0, count - (stored.get(id) ?? 0)), 0);
}
