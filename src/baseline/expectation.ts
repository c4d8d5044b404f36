import { Candidate } from './candidate.ts';
import { LastHours } from './last-hours.ts';
import type { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * What is expected of a series now. Three candidates compete: its level, its course over a day, its course over a
 * week. The one whose residuals were smallest over the last week speaks, so that a season is found where there is one
 * and nothing is made up where there is none.
 */
export class Expectation {
  /** Everything is kept relative to the first value. */
  #origin = Number.NaN;
  #lastAt = Number.NaN;
  readonly #lastHours = new LastHours();
  readonly #candidates = [
    new Candidate(2 * dayMs, 1, dayMs),
    new Candidate(dayMs, 24, dayMs),
    new Candidate(7 * dayMs, 7 * 24, 7 * dayMs),
  ] as const;
  /** See `LastHours.sustained`, for each candidate: it changes from hour to hour. */
  readonly #sustained = new Float32Array(this.#candidates.length).fill(Number.NaN);

  /** How many candidates there are. */
  get size(): number {
    return this.#candidates.length;
  }

  /** The number of the candidate that speaks; null while too little is known. */
  speaker(time: number): number | null {
    let best: number | null = null;
    for (const [i, candidate] of this.#candidates.entries()) {
      if (candidate.speaks(time) && (best === null || candidate.error < this.#candidates[best]!.error)) best = i;
    }
    return best;
  }

  /** Whether the errors of a candidate say something about it. */
  known(candidate: number): boolean {
    return this.#candidates[candidate]!.known;
  }

  /** The usual error of a candidate. */
  errorOf(candidate: number): number {
    return this.#candidates[candidate]!.error;
  }

  /** How far a value lies above what a candidate expects; NaN where that knows nothing. */
  residual(candidate: number, time: number, value: number): number {
    return value - this.#origin - this.#candidates[candidate]!.expected(time);
  }

  /** A residual of a candidate, as far as it counts: no farther than some that are usual. */
  cut(candidate: number, residual: number): number {
    return this.#candidates[candidate]!.cut(residual);
  }

  /** How far a value lies above those of the same hour of the day before; NaN where there are none. */
  besideLastDay(time: number, value: number): number {
    return value - this.#origin - this.#lastHours.dayBefore(time);
  }

  /** How far most of the last half day was from what a candidate expects, on the same side; NaN while it cannot be told. */
  sustained(candidate: number): number {
    return this.#sustained[candidate]!;
  }

  /** What is expected at a time, and its usual error; null while too little is known. */
  at(time: number): { value: number; error: number } | null {
    const speaker = this.speaker(time);
    if (speaker === null) return null;
    const candidate = this.#candidates[speaker]!;
    return { value: this.#origin + candidate.expected(time), error: candidate.error };
  }

  /**
   * Whether a value is close to the level where the course of the day or the week would have taken it away: a rhythm
   * that is missing.
   */
  missesRhythm(time: number, value: number): boolean {
    const speaker = this.speaker(time);
    if (!speaker) return false;
    const level = this.#candidates[0].expected(time);
    return Math.abs(value - this.#origin - level) < Math.abs(this.#candidates[speaker]!.expected(time) - level) / 4;
  }

  /** What was expected until now says nothing about how far off the series has been. */
  settle(): void {
    this.#lastHours.forget();
    this.#sustained.fill(Number.NaN);
  }

  /** Everything that is expected is so much higher from now on. */
  move(by: number): void {
    this.#origin += by;
  }

  /** Learns a reading. */
  learn(time: number, value: number): void {
    if (Number.isNaN(this.#origin)) this.#origin = value;
    // Readings go back in time only where a clock was set back; then they speak for no time, and time goes on from there.
    const lasted = Number.isNaN(this.#lastAt) ? 0 : Math.max(0, Math.min(time - this.#lastAt, hourMs));
    this.#lastAt = time;
    const own = value - this.#origin;
    if (this.#lastHours.learn(time, own)) {
      for (const [i, candidate] of this.#candidates.entries()) {
        this.#sustained[i] = this.#lastHours.sustained((at) => candidate.expectedOf(at));
      }
    }
    for (const candidate of this.#candidates) candidate.learn(time, own, lasted);
  }

  write(pack: PackWriter): void {
    pack.number(this.#origin, this.#lastAt);
    pack.floats(this.#sustained);
    this.#lastHours.write(pack);
    for (const candidate of this.#candidates) candidate.write(pack);
  }

  read(pack: PackReader): void {
    this.#origin = pack.number();
    this.#lastAt = pack.number();
    pack.floats(this.#sustained);
    this.#lastHours.read(pack);
    for (const candidate of this.#candidates) candidate.read(pack);
  }
}
