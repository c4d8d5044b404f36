import type { ChannelLog } from '../channel-log.ts';
import { addExact, addProduct, asDecimal, dividedBy } from '../exact.ts';
import type { PartMemory, PartPlan } from './memory.ts';
import type { WindowPart } from './part.ts';

/** So that asking for a mean allocates nothing. */
const scratch = [0.5, 0.5];

/**
 * The sum of values times how long each stood, for means over time. Each reading stands for the time since the one
 * before it, so that a device that reports faster for a while does not count for more.
 */
export class Area implements WindowPart {
  readonly #sum: number;

  constructor(plan: PartPlan) {
    this.#sum = plan.take(0, 0);
  }

  take({ cells }: PartMemory, log: ChannelLog, position: number): void {
    this.#add(cells, log, position, 1);
  }

  leave({ cells }: PartMemory, log: ChannelLog, position: number): void {
    this.#add(cells, log, position, -1);
  }

  #add(cells: number[], log: ChannelLog, position: number, sign: number): void {
    const merged = log.mergedAt(position);
    if (merged) addExact(cells, this.#sum, sign * merged.area);
    else if (position > 0)
      addProduct(cells, this.#sum, sign * log.valueAt(position), log.timeAt(position) - log.timeAt(position - 1));
  }

  clear({ cells }: PartMemory): void {
    cells[this.#sum] = 0;
    cells[this.#sum + 1] = 0;
  }

  /**
   * Mean over the last `spanMs`.
   * @param oldest position of the oldest reading after the edge: only a part of the time for which it stands is within.
   */
  mean({ cells }: PartMemory, log: ChannelLog, oldest: number, edge: number, spanMs: number): number {
    scratch[0] = cells[this.#sum]!;
    scratch[1] = cells[this.#sum + 1]!;
    if (oldest > 0) {
      const before = log.timeAt(oldest - 1);
      const merged = log.mergedAt(oldest);
      const value = merged ? merged.area / (log.timeAt(oldest) - before) : log.valueAt(oldest);
      addProduct(scratch, 0, -value, edge - before);
    }
    const mean = dividedBy(scratch, 0, spanMs);
    return asDecimal(mean, Math.abs(mean));
  }
}
