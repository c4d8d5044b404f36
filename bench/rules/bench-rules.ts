import { Child } from '../child.ts';
import { round } from '../statistics.ts';
import type { ContenderName, ContenderReport, ContenderTask } from './run-contender.ts';
import type { Weather } from './series.ts';

const seconds = 4;
/**
 * Rounds before measuring, a reading a minute from each series: the longest window is an hour, for another one late
 * readings find their place, and until the 160th there is room made for them. With few series there are more, until all
 * code is compiled.
 */
const warmUp = { rounds: 180, readings: 1_000_000 };
/**
 * Rounds that are measured at least: of each device a snapshot is kept every fourth minute, so that a single round would
 * have all of them or none.
 */
const leastRounds = 16;
/** A million take some minutes, and 3 GB. */
const counts = [1_000, 10_000, 100_000, 1_000_000];
/** What the cost with more is compared with. */
const fewest = { series: 1_000, weather: 'calm' } as const;
/** So that everyone has alarms to raise and to end. */
const flood = { series: 1_000, weather: 'flood' } as const;
const others: ContenderName[] = ['json-rules-engine', 'rxjs', 'node-red'];

export interface RulesResult {
  /** Ten rules of mixed kinds, every one of which looks at every reading. */
  ten: {
    series: number;
    weather: Weather;
    readingsPerSecond: number;
    /** Cost of a reading, microseconds, without making the reading. */
    microseconds: number;
    /** Cost of a reading over that with the fewest series in calm weather, which is measured in turn with it. */
    ratio: number;
    bytesPerSeries: number;
    checkpointBytes: number;
  }[];
  /** Three rules, a thousand series; ratio: Tocsin over the other. */
  three: { name: ContenderName; readingsPerSecond: number; changesPerThousand: number; tocsinIsFasterBy: number }[];
}

/** Readings a second through the rules alone, one thread, beside what a Node user would otherwise take. */
export async function benchRules(mostSeries: number): Promise<RulesResult> {
  const nothing = await measure({ name: 'nothing', series: 1_000, weather: 'calm', ...filling(1_000), seconds: 1 });
  const making = 1e6 / nothing.readingsPerSecond;
  const ten: RulesResult['ten'] = [];
  const tens = counts.filter((count) => count <= mostSeries).map((series) => ({ series, weather: 'calm' as Weather }));
  const microsecondsOf = (perSecond: number) => 1e6 / perSecond - making;
  for (const { series, weather } of [...tens, flood]) {
    const report = await measure({ name: 'tocsin-ten', series, weather, ...filling(series), seconds, beside: fewest });
    const microseconds = microsecondsOf(report.readingsPerSecond);
    ten.push({
      series,
      weather,
      readingsPerSecond: round(report.readingsPerSecond),
      microseconds: round(microseconds, 2),
      ratio: round(microseconds / microsecondsOf(report.besidePerSecond!), 2),
      bytesPerSeries: round(report.bytesPerSeries!),
      checkpointBytes: round(report.checkpointBytes!),
    });
  }
  const tocsin = await measure({ name: 'tocsin-three', ...flood, ...filling(flood.series), seconds });
  const three: RulesResult['three'] = [said('tocsin-three', tocsin, tocsin)];
  for (const name of others)
    three.push(said(name, await measure({ name, ...flood, warmUp: 20, leastRounds, seconds }), tocsin));
  return { ten, three };
}

function filling(series: number): Pick<ContenderTask, 'warmUp' | 'leastRounds'> {
  return { warmUp: Math.max(warmUp.rounds, Math.ceil(warmUp.readings / series)), leastRounds };
}

function said(name: ContenderName, report: ContenderReport, tocsin: ContenderReport): RulesResult['three'][number] {
  return {
    name,
    readingsPerSecond: round(report.readingsPerSecond),
    changesPerThousand: round(report.changesPerThousand, 2),
    tocsinIsFasterBy: round(tocsin.readingsPerSecond / report.readingsPerSecond, 1),
  };
}

/** Each in a process of its own, so that nobody's garbage is anybody else's. */
async function measure(task: ContenderTask): Promise<ContenderReport> {
  const child = new Child('./rules/run-contender.ts', { NODE_OPTIONS: '--expose-gc --max-old-space-size=18000' });
  child.process.send(task);
  try {
    return await child.message<ContenderReport>();
  } finally {
    await child.end('SIGKILL');
  }
}
