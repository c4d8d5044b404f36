import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import { brokerCores, loadCores, pin } from './cores.ts';
import type { FloodTask } from './flood.ts';
import { p50, round } from './statistics.ts';
import type { WellBehavedReport, WellBehavedTask } from './well-behaved.ts';

const wellBehaved = 200;
/** Messages a second of all of them. */
const rate = 1000;
/** Messages a second of the one that has run wild. */
const floodRate = 2000;
const seconds = 5;
/** In turns, since the machine's own speed drifts. */
const rounds = 9;

export interface RogueResult {
  qos: 0 | 1;
  floodPerSecond: number;
  /** Publish → PUBACK of the others, milliseconds; medians of the rounds. */
  before: { p50: number; p99: number };
  during: { p50: number; p99: number };
  /** p99 during the flood over p99 right before it: median of the rounds, the least and the greatest of them. */
  ratio: number;
  ratios: { least: number; greatest: number };
  /** What became of the flood. */
  flood: { sent: number; acknowledged: number; connections: number };
}

/** What 200 devices notice of one that sends 2,000 messages a second, with QoS 1 past all flow control, and with QoS 0. */
export async function benchRogue(): Promise<RogueResult[]> {
  const tocsin = await TocsinProcess.start({ TOCSIN_LOG_LEVEL: 'warn' });
  const others = new Child('./well-behaved.ts');
  try {
    await tocsin.makeAreas();
    const [rogue, ...clients] = await tocsin.makeDevices('flood-gauge', wellBehaved + 1);
    pin(tocsin.pid, brokerCores);
    pin(others.process.pid!, loadCores);
    const task: WellBehavedTask = { port: tocsin.mqttPort, clients, rate };
    others.process.send(task);
    await others.message();
    const measure = async () => {
      others.process.send({ seconds });
      return await others.message<WellBehavedReport>();
    };
    // Warm-up.
    await measure();
    const results: RogueResult[] = [];
    for (const qos of [1, 0] as const) {
      const before: WellBehavedReport[] = [];
      const during: WellBehavedReport[] = [];
      let flood = { sent: 0, acknowledged: 0, connections: 0 };
      for (let i = 0; i < rounds; i++) {
        before.push(await measure());
        const child = new Child('./flood.ts');
        pin(child.process.pid!, loadCores);
        const floodTask: FloodTask = { port: tocsin.mqttPort, client: rogue!, rate: floodRate, qos };
        child.process.send(floodTask);
        await child.message();
        during.push(await measure());
        child.process.send('how much');
        flood = await child.message();
        await child.end('SIGKILL');
      }
      const ratios = during.map(({ p99 }, i) => p99 / before[i]!.p99);
      results.push({
        qos,
        floodPerSecond: floodRate,
        before: middle(before),
        during: middle(during),
        ratio: round(p50(ratios), 2),
        ratios: { least: round(Math.min(...ratios), 2), greatest: round(Math.max(...ratios), 2) },
        flood,
      });
    }
    return results;
  } finally {
    await others.end('SIGKILL');
    await tocsin.remove();
  }
}

function middle(reports: WellBehavedReport[]): { p50: number; p99: number } {
  return { p50: p50(reports.map((one) => one.p50)), p99: p50(reports.map((one) => one.p99)) };
}
