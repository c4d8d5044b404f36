import type { PackReader, PackWriter } from './pack.ts';

/** Part of the way to a new value that a whole visit of a cell moves it. */
const step = 0.3;
/** So many visits count: from then on a new one moves a cell by `step`. */
const mostVisits = 1 / step;
/** A reading is at least this part of a visit. */
const leastVisit = 1 / 4096;
/** Visits of the cells that are not visited now are kept in quarters, so that they take half a byte. */
const quarters = 4;

/**
 * What is expected by the time within a period: a mean for each cell of it. A period of one cell is a level; one of a
 * day with 24 cells is the course of a day. Values are kept relative to the origin of their series, so that four bytes
 * are exact enough for a pressure of 101,325 Pa that moves by 3.
 */
export class Profile {
  readonly periodMs: number;
  readonly #means: Float32Array;
  /** Visits so far, in quarters, up to the number that counts; 0 where nothing is known. */
  readonly #visits: Uint8Array;
  /** The cell that is visited now, NaN before the first, and its visits so far, as exactly as they are counted. */
  #cell = Number.NaN;
  #visitsHere = 0;

  constructor(periodMs: number, cells: number) {
    this.periodMs = periodMs;
    this.#means = new Float32Array(cells);
    this.#visits = new Uint8Array(cells);
  }

  #cellOf(time: number): number {
    const phase = time - Math.floor(time / this.periodMs) * this.periodMs;
    return Math.min(this.#means.length - 1, Math.floor((phase / this.periodMs) * this.#means.length));
  }

  /** What is expected at a time; NaN where nothing is known. */
  expected(time: number): number {
    const cell = this.#cellOf(time);
    return this.#visits[cell] === 0 ? Number.NaN : this.#means[cell]!;
  }

  /** The same, for a time that has just been learnt: NaN where all that is known of its cell is from then. */
  expectedOf(time: number): number {
    const cell = this.#cellOf(time);
    return this.#visits[cell]! <= quarters ? Number.NaN : this.#means[cell]!;
  }

  /**
   * Moves the cell of a time towards its value.
   * @param residual how far the value lies from what was expected; what lies far out is to be cut off before.
   * @param lasted for how long the value speaks, milliseconds.
   */
  learn(time: number, value: number, residual: number, lasted: number): void {
    const cell = this.#cellOf(time);
    this.#enter(cell);
    const visit = Math.max(leastVisit, Math.min(1, (lasted * this.#means.length) / this.periodMs));
    this.#visitsHere = Math.fround(Math.min(mostVisits, this.#visitsHere + visit));
    if (this.#visits[cell] === 0) this.#means[cell] = value;
    else this.#means[cell] = this.#means[cell]! + residual * Math.min(1, visit / this.#visitsHere);
    this.#visits[cell] = Math.max(1, Math.round(quarters * this.#visitsHere));
  }

  #enter(cell: number): void {
    if (cell === this.#cell) return;
    this.#cell = cell;
    this.#visitsHere = this.#visits[cell]! / quarters;
  }

  write(pack: PackWriter): void {
    pack.floats(Float32Array.of(this.#cell, this.#visitsHere));
    pack.floats(this.#means);
    pack.nibbles(this.#visits);
  }

  read(pack: PackReader): void {
    const here = new Float32Array(2);
    pack.floats(here);
    [this.#cell, this.#visitsHere] = here as unknown as [number, number];
    pack.floats(this.#means);
    pack.nibbles(this.#visits);
  }
}
