import type { PackReader, PackWriter } from './pack.ts';

/** Part of the way to a new value that a whole visit of a cell moves it. */
const step = 0.3;
/** Weights are kept in this part of a visit, so that they take two bytes. */
const weightUnit = 1 / 4096;
const mostWeight = Math.round(1 / step / weightUnit);

/**
 * What is expected by the time within a period: a mean for each cell of it. A period of one cell is a level; one of a
 * day with 24 cells is the course of a day. Values are kept relative to the origin of their series, so that four bytes
 * are exact enough for a pressure of 101,325 Pa that moves by 3.
 */
export class Profile {
  readonly periodMs: number;
  readonly #means: Float32Array;
  /** Visits so far, up to the number at which a new one weighs `step`; 0 where nothing is known. */
  readonly #weights: Uint16Array;

  constructor(periodMs: number, cells: number) {
    this.periodMs = periodMs;
    this.#means = new Float32Array(cells);
    this.#weights = new Uint16Array(cells);
  }

  #cellOf(time: number): number {
    const phase = time - Math.floor(time / this.periodMs) * this.periodMs;
    return Math.min(this.#means.length - 1, Math.floor((phase / this.periodMs) * this.#means.length));
  }

  /** What is expected at a time; NaN where nothing is known. */
  expected(time: number): number {
    const cell = this.#cellOf(time);
    return this.#weights[cell] === 0 ? Number.NaN : this.#means[cell]!;
  }

  /**
   * Moves the cell of a time towards its value.
   * @param residual how far the value lies from what was expected; what lies far out is to be cut off before.
   * @param lasted for how long the value speaks, milliseconds.
   */
  learn(time: number, value: number, residual: number, lasted: number): void {
    const cell = this.#cellOf(time);
    const visit = Math.min(1, (lasted * this.#means.length) / this.periodMs);
    const added = Math.max(1, Math.round(visit / weightUnit));
    const before = this.#weights[cell]!;
    this.#weights[cell] = Math.min(mostWeight, before + added);
    if (before === 0) this.#means[cell] = value;
    else this.#means[cell] = this.#means[cell]! + residual * Math.min(1, added / Math.min(mostWeight, before + added));
  }

  write(pack: PackWriter): void {
    pack.floats(this.#means);
    pack.shorts(this.#weights);
  }

  read(pack: PackReader): void {
    pack.floats(this.#means);
    pack.shorts(this.#weights);
  }
}
