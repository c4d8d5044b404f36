import { Expectation } from './expectation.ts';
import { Extremes } from './extremes.ts';
import { MovingMean } from './moving-mean.ts';
import { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;
/** A level shift is looked for between the mean of three hours and that of a day. */
const fastMs = 3 * hourMs;
const slowMs = 24 * hourMs;
/** A drift is a deviation from what is expected that has the same sign for half a day. */
const driftMs = 12 * hourMs;
const roughMs = hourMs;
/** Readings further apart than so many times the usual have a pause between them. */
const longestPause = 4;
/** A young series is normal within so many of its usual errors. */
const usualErrors = 4;
/** What is larger than the largest before by less than this part of it is hardly news. */
const barelyLarger = 0.1;
/** A value that stands still is no news where it usually does, for more than this. */
const movesWithinMs = 2 * hourMs;

/** What can be unusual about a reading. */
export const kinds = ['point', 'shift', 'drift', 'spread', 'stuck', 'rhythm', 'extreme'] as const;
export type Kind = (typeof kinds)[number];

/** How surprising a reading is, in decimal logarithms: 1 is once in ten days by the series' own past. */
export interface Look {
  /** As it is now, however it came to it: it stays for as long as the reading is unusual. */
  standing: number;
  /** With the step to it from the reading before: the greatest where something begins. */
  sudden: number;
  kind: Kind;
}

/** Views of a reading, each a number that is larger the more unusual it is; NaN where it cannot be told. */
interface Measures {
  distance: number;
  step: number;
  shift: number;
  drift: number;
  rough: number;
  run: number;
}

/** What a series has learnt, as it is kept in a checkpoint. */
export interface SeriesState {
  version: 1;
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
  readonly #off = new MovingMean(driftMs);
  readonly #rough = new MovingMean(roughMs);
  readonly #distances: Extremes;
  readonly #steps: Extremes;
  readonly #shifts: Extremes;
  readonly #drifts: Extremes;
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
    this.#distances = extremes();
    this.#steps = extremes();
    this.#shifts = extremes();
    this.#drifts = extremes();
    this.#roughs = extremes();
  }

  /** Measured time of the newest reading learnt; NaN before the first. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Whether its past is long enough to say how surprising a reading is. */
  get ripe(): boolean {
    return !Number.isNaN(this.#distances.valueOf(1));
  }

  /** Its mean over the last day; NaN before the first reading. */
  get level(): number {
    return this.#slow.mean;
  }

  #lastedUntil(time: number): number {
    return Number.isNaN(this.#lastAt) ? 0 : Math.max(0, Math.min(time - this.#lastAt, hourMs));
  }

  #measure(time: number, value: number, by: Series = this, offset = 0): Measures {
    const lasted = this.#lastedUntil(time);
    const expected = by.#expectation.at(time);
    const residual = expected ? value - offset - expected.value : Number.NaN;
    // After a pause a value may be anywhere: that is no step.
    const step = time - this.#lastAt <= longestPause * this.#interval ? Math.abs(value - this.#last) : Number.NaN;
    const fast = this.#fast.with(value, lasted);
    return {
      distance: Math.abs(residual),
      step,
      // A mean of the last day, and for how long it has been off, only its own past knows.
      shift: by === this || this.#expectation.at(time) ? Math.abs(fast - this.#slow.with(fast, lasted)) : Number.NaN,
      drift: by === this ? Math.abs(this.#off.with(residual, lasted)) : Number.NaN,
      rough: this.#rough.with(step, lasted),
      run: value === this.#last ? time - this.#sameFrom : 0,
    };
  }

  /**
   * How surprising a reading is.
   * @param by whose past it is compared with: its own, or that of another series whose values are `offset` lower.
   */
  look(time: number, value: number, by: Series = this, offset = 0): Look {
    const measures = this.#measure(time, value, by, offset);
    const distance = by.#distances.surprise(measures.distance);
    const step = by.#steps.surprise(measures.step);
    // What looks far back is slow to come and slow to go, and says much of the same again: it counts for less.
    const shift = by.#shifts.surprise(measures.shift) / 2;
    const drift = by.#drifts.surprise(measures.drift) / 2;
    const spread = by.#roughs.surprise(measures.rough) / 3;
    const stuck = by.#runs.valueOf(0) <= 3 * movesWithinMs ? by.#runs.surprise(measures.run) : 0;
    const lasting = Math.max(drift, spread, stuck);
    const standing = Math.max(distance + shift, lasting);
    const sudden = Math.max(distance + step + shift, lasting);
    return {
      standing,
      sudden,
      kind: by.#kindOf(time, value - offset, { distance, step, shift, drift, spread, stuck }),
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
    const half = this.#distances.valueOf(1);
    return { middle: expected.value, half: Number.isNaN(half) ? usualErrors * expected.error : half };
  }

  /** Takes a reading into the past. It is to be newer than the last. */
  learn(time: number, value: number): void {
    const lasted = this.#lastedUntil(time);
    const measures = this.#measure(time, value);
    const expected = this.#expectation.at(time);
    this.#distances.learn(time, measures.distance);
    this.#steps.learn(time, measures.step);
    this.#shifts.learn(time, measures.shift);
    this.#drifts.learn(time, measures.drift);
    this.#roughs.learn(time, measures.rough);
    this.#runs.learn(time, measures.run);
    const fast = this.#fast.with(value, lasted);
    this.#slow.become(this.#slow.with(fast, lasted));
    this.#fast.become(fast);
    if (expected) this.#off.become(this.#off.with(value - expected.value, lasted));
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
    this.#fast.become(value);
    this.#slow.become(value);
    this.#off.become(0);
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
    const means = [this.#fast, this.#slow, this.#off, this.#rough];
    const extremes = [this.#distances, this.#steps, this.#shifts, this.#drifts, this.#roughs, this.#runs];
    return [this.#expectation, ...means, ...extremes];
  }

  state(): SeriesState {
    const pack = new PackWriter();
    pack.number(this.#lastAt, this.#last, this.#sameFrom, this.#interval, this.#lowest, this.#highest);
    for (const part of this.#parts) part.write(pack);
    return { version: 1, packed: pack.text() };
  }

  /** @returns a series from what `state` said; null when it is of another shape. */
  static from(state: unknown, resolution = 0): Series | null {
    const { version, packed } = (state ?? {}) as Partial<SeriesState>;
    if (version !== 1 || typeof packed !== 'string') return null;
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
