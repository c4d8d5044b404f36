import type { Bucket } from '../port.ts';
import { type Buckets, ExactSum, toBuckets } from './buckets.ts';
import type { Readings } from './readings.ts';
import { rollUpMs } from './slot.ts';

/**
 * Gathers readings and roll-ups, given in the order of time, into the steps of a chart. Readings are summed up in the
 * buckets of the roll-ups first, so that a step is the same to the last bit whichever of both it comes from.
 */
export class Steps {
  readonly #stepMs: number;
  readonly #found: Bucket[] = [];
  #open: { at: number; sum: ExactSum; count: number; min: number; max: number } | null = null;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** Whether roll-ups give the same steps as readings. */
  static canRollUp(stepMs: number): boolean {
    return stepMs % rollUpMs === 0;
  }

  addReadings(readings: Readings): void {
    this.addBuckets(toBuckets(readings, Steps.canRollUp(this.#stepMs) ? rollUpMs : this.#stepMs));
  }

  /** A bucket belongs to the step that its start lies in. */
  addBuckets({ starts, counts, sums, mins, maxs }: Buckets): void {
    for (let i = 0; i < starts.length; i++) {
      const at = Math.floor(starts[i]! / this.#stepMs) * this.#stepMs;
      if (this.#open?.at !== at) {
        this.#close();
        this.#open = { at, sum: new ExactSum(), count: 0, min: mins[i]!, max: maxs[i]! };
      }
      const step = this.#open!;
      step.sum.add(sums[i]!);
      step.count += counts[i]!;
      if (mins[i]! < step.min) step.min = mins[i]!;
      if (maxs[i]! > step.max) step.max = maxs[i]!;
    }
  }

  /** All steps that have readings. */
  finish(): Bucket[] {
    this.#close();
    return this.#found;
  }

  #close(): void {
    if (!this.#open) return;
    const { at, sum, count, min, max } = this.#open;
    // Rounding must not take the mean of equal values beside them.
    const mean = Math.min(max, Math.max(min, sum.total() / count));
    this.#found.push({ at, mean, min, max, count });
    this.#open = null;
  }
}
