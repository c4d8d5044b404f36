import type { Extremes } from './extremes.ts';
import { MovingMean } from './moving-mean.ts';
import type { PackReader, PackWriter } from './pack.ts';

/** A drift is a departure from what is expected that has the same sign for half a day. */
const driftMs = 12 * 3_600_000;

/** How far a series has ever been from what one of its candidates expects: at once, in the mean and in most of half a day. */
export class Departures {
  readonly #off = new MovingMean(driftMs);
  readonly distances: Extremes;
  readonly drifts: Extremes;
  readonly sustained: Extremes;

  constructor(extremes: () => Extremes) {
    this.distances = extremes();
    this.drifts = extremes();
    this.sustained = extremes();
  }

  /** Mean residual of half a day with one more. @param cut the residual, as far as it counts. */
  drift(cut: number, lasted: number): number {
    return Math.abs(this.#off.with(cut, lasted));
  }

  /**
   * @param residual of a candidate; NaN, which is nothing, where that expects nothing.
   * @param sustained see `Expectation.sustained`.
   */
  learn(time: number, residual: number, cut: number, sustained: number, lasted: number): void {
    this.sustained.learn(time, sustained);
    if (Number.isNaN(residual)) return;
    this.distances.learn(time, Math.abs(residual));
    if (Number.isNaN(cut)) return;
    const off = this.#off.with(cut, lasted);
    this.drifts.learn(time, Math.abs(off));
    this.#off.become(off);
  }

  /** What is expected was moved to where the series is. */
  settle(): void {
    this.#off.become(0);
  }

  get #parts() {
    return [this.#off, this.distances, this.drifts, this.sustained];
  }

  write(pack: PackWriter): void {
    for (const part of this.#parts) part.write(pack);
  }

  read(pack: PackReader): void {
    for (const part of this.#parts) part.read(pack);
  }
}
