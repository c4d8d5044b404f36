import { together } from '../../src/rules/fold.ts';
import type { Contender } from './contender.ts';
import { JsonRulesEngineContender } from './json-rules-engine.ts';
import { NodeRedContender } from './node-red.ts';
import { RxjsContender } from './rxjs.ts';
import { readingOf, type Weather } from './series.ts';
import { typeOfTen, typeOfThree } from './ten-rules.ts';
import { TocsinContender } from './tocsin.ts';

export type ContenderName = 'nothing' | 'tocsin-ten' | 'tocsin-three' | 'json-rules-engine' | 'rxjs' | 'node-red';

export interface ContenderTask {
  name: ContenderName;
  series: number;
  weather: Weather;
  /** Rounds before the measurement, so that windows are full and code is compiled; a reading of each series each. */
  warmUp: number;
  /** Rounds that are measured at least, however long they take. */
  leastRounds: number;
  seconds: number;
}

export interface ContenderReport {
  readingsPerSecond: number;
  /** Raised and ended during the measurement, for a thousand readings. */
  changesPerThousand: number;
  /** Memory of the state of one series, bytes; Tocsin only. */
  bytesPerSeries: number | null;
  /** The same as a checkpoint writes it. */
  checkpointBytes: number | null;
}

async function contenderOf({ name, series }: ContenderTask): Promise<Contender> {
  if (name === 'tocsin-ten') return new TocsinContender(typeOfTen, series);
  if (name === 'tocsin-three') return new TocsinContender(typeOfThree, series);
  if (name === 'json-rules-engine') return new JsonRulesEngineContender();
  if (name === 'rxjs') return new RxjsContender();
  if (name === 'node-red') return await NodeRedContender.start();
  return { changes: 0, take: () => {} };
}

/** Memory that is in use, without garbage. */
function memory(): number {
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function run(task: ContenderTask): Promise<ContenderReport> {
  const contender = await contenderOf(task);
  const tocsin = contender instanceof TocsinContender ? contender : null;
  const { series, weather, warmUp, leastRounds, seconds } = task;
  const before = memory();
  const isAsync = ['json-rules-engine', 'node-red'].includes(task.name);
  let round = 0;
  const oneRound = async () => {
    for (let i = 0; i < series; i++) {
      if (i % together === 0) contender.lookAhead?.(i, Math.min(i + together, series));
      const taken = contender.take(readingOf(i, round, weather));
      if (isAsync) await taken;
    }
    round++;
  };
  while (round < warmUp) await oneRound();
  // What waits for a checkpoint is no state.
  tocsin?.fold.takeTouched();
  const state = tocsin && memory() - before;
  const changesBefore = contender.changes;
  const roundBefore = round;
  const began = performance.now();
  do await oneRound();
  while (round - roundBefore < leastRounds || performance.now() - began < seconds * 1000);
  const readings = (round - roundBefore) * series;
  const report = {
    readingsPerSecond: readings / ((performance.now() - began) / 1000),
    changesPerThousand: ((contender.changes - changesBefore) * 1000) / readings,
    bytesPerSeries: state === null ? null : state / series,
    checkpointBytes: tocsin && checkpointBytes(tocsin),
  };
  await contender.close?.();
  return report;
}

/** As JSON, with the keys that rows of the store have; of some hundred series. */
function checkpointBytes({ fold, devices }: TocsinContender): number {
  const some = devices.slice(0, 200);
  const bytes = some.flatMap(({ id }) => fold.partsOf(id)).map((part) => JSON.stringify(part).length);
  return bytes.reduce((sum, one) => sum + one, 0) / some.length;
}

process.once('message', (task: ContenderTask) => {
  run(task).then(
    (report) => process.send!(report, () => process.exit()),
    (error) => {
      process.stderr.write(`${(error as Error).stack}\n`);
      process.exit(1);
    },
  );
});
