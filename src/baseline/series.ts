import { Departures } from './departures.ts';
import { Expectation } from './expectation.ts';
import { Extremes } from './extremes.ts';
import { MovingMean } from './moving-mean.ts';
import { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;
/** A level shift is looked for between the mean of three hours and that of a day. */
const fastMs = 3 * hourMs;
const slowMs = 24 * hourMs;
const roughMs = hourMs;
/** Readings further apart than so many times the usual have a pause between them. */
const longestPause = 4;
/** A young series is normal within so many of its usual errors. */
const usualErrors = 4;
/** What is larger than the largest before by less than this part of it is hardly news. */
const barelyLarger = 0.1;
/** A level that is off for hours is news in steps of so many usual errors, at least. */
const sustainedStep = 0.25;
/** A value that stands still is no news where it usually does, for more than this. */
const movesWithinMs = 2 * hourMs;

/** What can be unusual about a reading. */
export const kinds = ['point', 'shift', 'drift', 'spread', 'stuck', 'rhythm', 'extreme'] as const;
export type Kind = (typeof kinds)[number];

/** How surprising a reading is, in decimal logarithms: 1 is once in ten days by the series' own past. */
export interface Look {
  /** As it is now, however it came to it: it stays for as long as the reading is unusual. */
  standing: number;
  /** At the moment, with the step to it from the reading before: the greatest where something begins. */
  sudden: number;
  /** The same, and no more than it is beside the last time at this hour of the day. */
  fresh: number;
  /** What looks far back: a level that stays off, a drift, a spread, a value that stands still. */
  lasting: number;
  /** Of that, a level that stays off from what is expected and from the day before. */
  sustained: number;
  kind: Kind;
}

/** Views that need no candidate, each a number that is larger the more unusual it is; NaN where it cannot be told. */
interface Measures {
  step: number;
  shift: number;
  rough: number;
  run: number;
}

/** Another number for each shape of the state; what an earlier version wrote is left aside. */
export const seriesVersion = 5;

/** What a series has learnt, as it is kept in a checkpoint. */
export interface SeriesState {
  version: typeof seriesVersion;
  packed: string;
}

/**
 * What is known of one series: what is expected of it, and how far it has ever been from that, in several views. Each
 * view is made a rate of the series' own past, so that none needs a unit. `look` changes nothing, `learn` does.
 */
export class Series {
  readonly #expectation = new Expectation();
  readonly #fast = new MovingMean(fastMs);
  readonly #slow = new MovingMean(slowMs);
  readonly #rough = new MovingMean(roughMs);
  /** How far it has been from what each candidate expects: each has a record of its own. */
  readonly #departures: Departures[];
  readonly #steps: Extremes;
  readonly #shifts: Extremes;
  readonly #roughs: Extremes;
  /** How long a value stood still: the scale is two hours, since standing still for some minutes is nothing. */
  readonly #runs = new Extremes(1, movesWithinMs);
  #lastAt = Number.NaN;
  #last = Number.NaN;
  /** When the newest value came for the first time without another in between. */
  #sameFrom = Number.NaN;
  /** Usual time between two readings, milliseconds. */
  #interval = Number.NaN;
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  /** @param resolution a difference below this is never unusual, in the unit of the series. */
  constructor(resolution = 0) {
    const extremes = () => new Extremes(barelyLarger, resolution);
    this.#departures = Array.from({ length: this.#expectation.size }, () => new Departures(extremes));
    this.#steps = extremes();
    this.#shifts = extremes();
    this.#roughs = extremes();
  }

  /** Measured time of the newest reading learnt; NaN before the first. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Whether its past is long enough to say how surprising a reading is. */
  get ripe(): boolean {
    const speaker = this.#expectation.speaker(this.#lastAt);
    return speaker !== null && !Number.isNaN(this.#departures[speaker]!.distances.valueOf(1));
  }

  /** Its mean over the last day; NaN before the first reading. */
  get level(): number {
    return this.#slow.mean;
  }

  #lastedUntil(time: number): number {
    return Number.isNaN(this.#lastAt) ? 0 : Math.max(0, Math.min(time - this.#lastAt, hourMs));
  }

  #measure(time: number, value: number, by: Series = this): Measures {
    const lasted = this.#lastedUntil(time);
    // After a pause a value may be anywhere: that is no step.
    const step = time - this.#lastAt <= longestPause * this.#interval ? Math.abs(value - this.#last) : Number.NaN;
    const fast = this.#fast.with(value, lasted);
    return {
      step,
      // A mean of the last day only its own past knows.
      shift: by === this || this.#expectation.at(time) ? Math.abs(fast - this.#slow.with(fast, lasted)) : Number.NaN,
      rough: this.#rough.with(step, lasted),
      run: value === this.#last ? time - this.#sameFrom : 0,
    };
  }

  /**
   * How surprising a reading is.
   * @param by whose past it is compared with: its own, or that of another series whose values are `offset` lower.
   */
  look(time: number, value: number, by: Series = this, offset = 0): Look {
    const measures = this.#measure(time, value, by);
    const { distance, fresh, sustained, ...departed } = this.#departed(time, value, by, offset);
    const step = by.#steps.surprise(measures.step);
    // What looks far back is slow to come and slow to go, and says much of the same again: it counts for less.
    const shift = by.#shifts.surprise(measures.shift) / 2;
    const spread = by.#roughs.surprise(measures.rough) / 3;
    const stuck = by.#runs.valueOf(0) <= 3 * movesWithinMs ? by.#runs.surprise(measures.run) : 0;
    // One of two that tell of the same: it counts for a little less than it would alone.
    const drift = 0.95 * departed.drift;
    const lasting = Math.max(sustained, drift, spread, stuck);
    return {
      standing: Math.max(distance + shift, lasting),
      sudden: together(distance, step) + shift,
      fresh: together(fresh, step),
      lasting,
      sustained,
      kind: by.#kindOf(time, value - offset, {
        distance,
        step,
        shift: Math.max(shift, sustained),
        drift,
        spread,
        stuck,
      }),
    };
  }

  /** How surprising a reading is beside what the candidate expects that speaks. */
  #departed(time: number, value: number, by: Series, offset: number) {
    const expectation = by.#expectation;
    const speaker = expectation.speaker(time);
    if (speaker === null) return { distance: 0, fresh: 0, sustained: 0, drift: 0 };
    const departures = by.#departures[speaker]!;
    const residual = expectation.residual(speaker, time, value - offset);
    const beside = expectation.besideLastDay(time, value - offset);
    const least = Number.isNaN(beside) ? Math.abs(residual) : Math.min(Math.abs(residual), Math.abs(beside));
    const distance = departures.distances.surprise(Math.abs(residual));
    const fresh = departures.distances.surprise(least);
    // For how long it has been off only its own past knows.
    if (by !== this) return { distance, fresh, sustained: 0, drift: 0 };
    const step = sustainedStep * expectation.errorOf(speaker);
    const cut = expectation.cut(speaker, residual);
    return {
      distance,
      fresh,
      sustained: departures.sustained.surprise(expectation.sustained(speaker), step),
      drift: departures.drifts.surprise(departures.drift(cut, this.#lastedUntil(time))),
    };
  }

  #kindOf(time: number, value: number, surprises: Record<string, number>): Kind {
    const [name] = Object.entries(surprises).reduce((most, next) => (next[1] > most[1] ? next : most));
    if (name !== 'distance' && name !== 'step') return name as Kind;
    if (value > this.#highest || value < this.#lowest) return 'extreme';
    return this.#expectation.missesRhythm(time, value) ? 'rhythm' : 'point';
  }

  /**
   * What is normal at a time: the middle, and how far from it a value is about once in ten days; a guess from the usual
   * error while that is not known, null while nothing is.
   */
  normal(time: number): { middle: number; half: number } | null {
    const expected = this.#expectation.at(time);
    if (!expected) return null;
    const half = this.#departures[this.#expectation.speaker(time)!]!.distances.valueOf(1);
    return { middle: expected.value, half: Number.isNaN(half) ? usualErrors * expected.error : half };
  }

  /** Takes a reading into the past. It is to be newer than the last. */
  learn(time: number, value: number): void {
    const lasted = this.#lastedUntil(time);
    const measures = this.#measure(time, value);
    for (const [candidate, departures] of this.#departures.entries()) {
      if (!this.#expectation.known(candidate)) continue;
      const residual = this.#expectation.residual(candidate, time, value);
      const cut = this.#expectation.cut(candidate, residual);
      departures.learn(time, residual, cut, this.#expectation.sustained(candidate), lasted);
    }
    this.#steps.learn(time, measures.step);
    this.#shifts.learn(time, measures.shift);
    this.#roughs.learn(time, measures.rough);
    this.#runs.learn(time, measures.run);
    const fast = this.#fast.with(value, lasted);
    this.#slow.become(this.#slow.with(fast, lasted));
    this.#fast.become(fast);
    this.#rough.become(measures.rough);
    this.#expectation.learn(time, value);
    if (value !== this.#last) this.#sameFrom = time;
    const interval = time - this.#lastAt;
    if (interval > 0 && Number.isNaN(this.#interval)) this.#interval = interval;
    else if (interval > 0) this.#interval += (Math.min(interval, longestPause * this.#interval) - this.#interval) / 20;
    this.#lastAt = time;
    this.#last = value;
    this.#lowest = Math.min(this.#lowest, value);
    this.#highest = Math.max(this.#highest, value);
  }

  /** Takes a value for what was to be expected at its time. @returns by how much all that is expected was moved. */
  accept(time: number, value: number): number {
    const expected = this.#expectation.at(time);
    if (!expected) return 0;
    const by = value - expected.value;
    this.#expectation.move(by);
    this.#expectation.settle();
    this.#fast.become(value);
    this.#slow.become(value);
    for (const departures of this.#departures) departures.settle();
    // The way there is no step of its own any more.
    this.#last = value;
    this.#sameFrom = time;
    this.#lowest = Math.min(this.#lowest, value);
    this.#highest = Math.max(this.#highest, value);
    return by;
  }

  /** Everything that is expected is so much higher from now on. */
  move(by: number): void {
    this.#expectation.move(by);
    this.#fast.move(by);
    this.#slow.move(by);
  }

  get #parts() {
    const means = [this.#fast, this.#slow, this.#rough];
    const extremes = [this.#steps, this.#shifts, this.#roughs, this.#runs];
    return [this.#expectation, ...this.#departures, ...means, ...extremes];
  }

  state(): SeriesState {
    const pack = new PackWriter();
    pack.number(this.#lastAt, this.#last, this.#sameFrom, this.#interval, this.#lowest, this.#highest);
    for (const part of this.#parts) part.write(pack);
    return { version: seriesVersion, packed: pack.text() };
  }

  /** @returns a series from what `state` said; null when it is of another shape. */
  static from(state: unknown, resolution = 0): Series | null {
    const { version, packed } = (state ?? {}) as Partial<SeriesState>;
    if (version !== seriesVersion || typeof packed !== 'string') return null;
    const series = new Series(resolution);
    try {
      const pack = new PackReader(packed);
      series.#lastAt = pack.number();
      series.#last = pack.number();
      series.#sameFrom = pack.number();
      series.#interval = pack.number();
      series.#lowest = pack.number();
      series.#highest = pack.number();
      for (const part of series.#parts) part.read(pack);
      return pack.done ? series : null;
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }
}

/** Where a value lies and how it came there say much of the same: the more surprising counts, and half of the other. */
function together(distance: number, step: number): number {
  return Math.max(distance, step) + Math.min(distance, step) / 2;
}
