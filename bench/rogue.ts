import { quantile } from 'simple-statistics';
import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import { brokerCores, loadCores, pin } from './cores.ts';
import type { FloodReport, FloodTask } from './flood.ts';
import { p50, p99, round } from './statistics.ts';
import type { WellBehavedReport, WellBehavedTask } from './well-behaved.ts';

const wellBehaved = 200;
/** Messages a second of all of them. */
const rate = 1000;
/** Messages a second of the one that has run wild. */
const floodRate = 2000;
const seconds = 3;
/** In turns, since the machine's own speed drifts. */
const rounds = 15;

export interface RogueResult {
  qos: 0 | 1;
  floodPerSecond: number;
  /** Publish → PUBACK of the others, milliseconds, of all rounds together. */
  before: { p50: number; p99: number };
  during: { p50: number; p99: number };
  /**
   * p99 during the flood over p99 right before it, of all rounds together: of one round it says little, since thirty
   * messages of it are slower than that, and the machine stands still for as many now and then.
   */
  ratio: number;
  /** Of single rounds: a quarter have less, a half, and three quarters. */
  ofRounds: { quarter: number; half: number; threeQuarters: number };
  /** What became of the flood. */
  flood: FloodReport;
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
      const before: number[][] = [];
      const during: number[][] = [];
      // It is there all the time, so that its start is not measured.
      const flood = new Child('./flood.ts');
      pin(flood.process.pid!, loadCores);
      const floodTask: FloodTask = { port: tocsin.mqttPort, client: rogue!, qos };
      flood.process.send(floodTask);
      await flood.message();
      for (let i = 0; i < rounds; i++) {
        before.push((await measure()).times);
        flood.process.send({ rate: floodRate });
        during.push((await measure()).times);
        flood.process.send({ rate: 0 });
      }
      flood.process.send('how much');
      const became = await flood.message<FloodReport>();
      await flood.end('SIGKILL');
      const ratios = during.map((times, i) => p99(times) / p99(before[i]!));
      const share = (part: number) => round(quantile(ratios, part), 2);
      results.push({
        qos,
        floodPerSecond: floodRate,
        before: together(before),
        during: together(during),
        ratio: round(p99(during.flat()) / p99(before.flat()), 2),
        ofRounds: { quarter: share(0.25), half: share(0.5), threeQuarters: share(0.75) },
        flood: became,
      });
    }
    return results;
  } finally {
    await others.end('SIGKILL');
    await tocsin.remove();
  }
}

function together(rounds: number[][]): { p50: number; p99: number } {
  const times = rounds.flat();
  return { p50: round(p50(times), 2), p99: round(p99(times), 2) };
}
