import type { PackReader, PackWriter } from './pack.ts';
import { Profile } from './profile.ts';

const dayMs = 86_400_000;
/** Over which time the errors of a candidate count. */
const memoryMs = 7 * dayMs;
/** Until it has been able to say something for a day, nothing is known of its errors. */
const warmUpMs = dayMs;
/** The part of the residuals that are smaller than `#large`, and how fast that follows them. */
const largePart = 0.9;
const largeMs = dayMs;
/** A residual counts as so many large ones at most: an outlier must not move what is expected. */
const mostLarge = 3;
/** Where nearly all residuals are 0, a large one is at least this part of their mean, outliers and all. */
const leastLarge = 0.5;

/** One way to say what is expected of a series, and how well it did. */
export class Candidate {
  readonly #profile: Profile;
  readonly #speaksAfterMs: number;
  /** A residual that nine tenths of them are below; NaN before the first. */
  #large = Number.NaN;
  #error = Number.NaN;
  /** Mean of the absolute residuals of the last week, as they were. */
  #whole = Number.NaN;
  /** For how long it could say something, milliseconds. */
  #knownMs = 0;

  /** @param speaksAfterMs how long it must have been able to say something before its word counts. */
  constructor(periodMs: number, cells: number, speaksAfterMs: number) {
    this.#profile = new Profile(periodMs, cells);
    this.#speaksAfterMs = speaksAfterMs;
  }

  /** Mean of the absolute residuals of the last week, none larger than some large ones; NaN before the first. */
  get error(): number {
    return this.#error;
  }

  /** What is expected at a time; NaN where nothing is known. */
  expected(time: number): number {
    return this.#profile.expected(time);
  }

  /** The same, for a time that has just been learnt; NaN where nothing was known before. */
  expectedOf(time: number): number {
    return this.#profile.expectedOf(time);
  }

  /** Whether its errors say something about it. */
  get known(): boolean {
    return this.#knownMs >= warmUpMs;
  }

  speaks(time: number): boolean {
    return this.#knownMs >= this.#speaksAfterMs && !Number.isNaN(this.#profile.expected(time));
  }

  /** The residual, as far as it counts. */
  cut(residual: number): number {
    const most = mostLarge * Math.max(this.#large, leastLarge * this.#whole);
    return Math.max(-most, Math.min(most, residual));
  }

  /** @param lasted for how long the value speaks, milliseconds. */
  learn(time: number, value: number, lasted: number): void {
    const residual = value - this.#profile.expected(time);
    if (Number.isNaN(residual)) {
      this.#profile.learn(time, value, 0, lasted);
      return;
    }
    this.#knownMs += lasted;
    const distance = Math.abs(residual);
    if (Number.isNaN(this.#error)) {
      this.#error = distance;
      this.#large = distance;
      this.#whole = distance;
    }
    const counts = this.#knownMs > warmUpMs ? this.cut(residual) : residual;
    if (lasted > 0) {
      const part = Math.min(1, lasted / Math.min(memoryMs, this.#knownMs));
      this.#error += part * (Math.abs(counts) - this.#error);
      this.#whole += part * (distance - this.#whole);
    }
    const way = distance > this.#large ? largePart : largePart - 1;
    this.#large = Math.max(leastLarge * this.#whole, this.#large * Math.exp((way * lasted) / largeMs));
    this.#profile.learn(time, value, counts, lasted);
  }

  write(pack: PackWriter): void {
    pack.number(this.#error, this.#whole, this.#large, this.#knownMs);
    this.#profile.write(pack);
  }

  read(pack: PackReader): void {
    this.#error = pack.number();
    this.#whole = pack.number();
    this.#large = pack.number();
    this.#knownMs = pack.number();
    this.#profile.read(pack);
  }
}
