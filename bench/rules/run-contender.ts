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
  /** Another one of the same name that is measured in turn with it, so that both have the same machine. */
  beside?: { series: number; weather: Weather };
}

export interface ContenderReport {
  readingsPerSecond: number;
  /** Of the one beside; null where there is none. */
  besidePerSecond: number | null;
  /** Raised and ended during the measurement, for a thousand readings. */
  changesPerThousand: number;
  /** Memory of the state of one series, bytes; Tocsin only. */
  bytesPerSeries: number | null;
  /** The same as a checkpoint writes it. */
  checkpointBytes: number | null;
}

async function contenderOf(name: ContenderName, series: number): Promise<Contender> {
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

/** A contender that is given round after round, and how long it took. */
class Run {
  readonly contender: Contender;
  readonly #series: number;
  readonly #weather: Weather;
  readonly #isAsync: boolean;
  #round = 0;
  #readings = 0;
  #spentMs = 0;

  constructor(contender: Contender, { name, series, weather }: Pick<ContenderTask, 'name' | 'series' | 'weather'>) {
    this.contender = contender;
    this.#series = series;
    this.#weather = weather;
    this.#isAsync = ['json-rules-engine', 'node-red'].includes(name);
  }

  /** Until so many readings have been given, in whole rounds. */
  async give(readings: number): Promise<void> {
    const began = performance.now();
    const until = this.#readings + readings;
    while (this.#readings < until) await this.#giveRound();
    this.#spentMs += performance.now() - began;
  }

  async #giveRound(): Promise<void> {
    const series = this.#series;
    for (let i = 0; i < series; i += together) {
      const until = Math.min(i + together, series);
      if (this.#isAsync) await this.#giveOneByOne(i, until);
      else this.#giveTogether(i, until);
    }
    this.#round++;
    this.#readings += series;
  }

  async #giveOneByOne(from: number, until: number): Promise<void> {
    for (let i = from; i < until; i++) await this.contender.take(readingOf(i, this.#round, this.#weather));
  }

  /** On its own, so that with many series it is compiled as with few: a round of a million is only begun a few times. */
  #giveTogether(from: number, until: number): void {
    const { contender } = this;
    contender.lookAhead?.(from, until);
    for (let i = from; i < until; i++) contender.take(readingOf(i, this.#round, this.#weather));
  }

  /** All that was given so far was to warm up. */
  begin(): void {
    this.#readings = 0;
    this.#spentMs = 0;
  }

  get readings(): number {
    return this.#readings;
  }

  get spentMs(): number {
    return this.#spentMs;
  }

  get perSecond(): number {
    return (this.#readings * 1000) / this.#spentMs;
  }
}

/** Readings that one is given before it is the turn of the one beside. */
const turn = 200_000;

async function run(task: ContenderTask): Promise<ContenderReport> {
  const { name, series, warmUp, leastRounds, seconds } = task;
  const contender = await contenderOf(name, series);
  const tocsin = contender instanceof TocsinContender ? contender : null;
  const before = memory();
  const main = new Run(contender, task);
  await main.give(warmUp * series);
  // What waits for a checkpoint is no state.
  tocsin?.fold.takeTouched();
  const state = tocsin && memory() - before;
  const beside = task.beside && new Run(await contenderOf(name, task.beside.series), { name, ...task.beside });
  // Until all code is compiled; and for some 30 ms after all garbage was collected, readings cost more.
  await beside?.give(1_000_000);
  if (tocsin) await main.give(1_000_000);
  const changesBefore = contender.changes;
  main.begin();
  beside?.begin();
  do {
    await main.give(turn);
    await beside?.give(main.readings - beside.readings);
  } while (main.readings < leastRounds * series || main.spentMs < seconds * 1000);
  const report = {
    readingsPerSecond: main.perSecond,
    besidePerSecond: beside?.perSecond ?? null,
    changesPerThousand: ((contender.changes - changesBefore) * 1000) / main.readings,
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
