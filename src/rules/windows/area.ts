import type { ChannelLog } from '../channel-log.ts';
import { addExact, addProduct, asDecimal, dividedBy } from '../exact.ts';
import { type PartPlan, placeOfPart, type WindowMemory } from './memory.ts';
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

  take(memory: WindowMemory, log: ChannelLog, position: number): void {
    this.#add(memory, log, position, 1);
  }

  leave(memory: WindowMemory, log: ChannelLog, position: number): void {
    this.#add(memory, log, position, -1);
  }

  #add(memory: WindowMemory, log: ChannelLog, position: number, sign: number): void {
    const { cells } = memory;
    const sum = placeOfPart(memory, this.#sum);
    const merged = log.mergedAt(position);
    if (merged) addExact(cells, sum, sign * merged.area);
    else if (position > 0)
      addProduct(cells, sum, sign * log.valueAt(position), log.timeAt(position) - log.timeAt(position - 1));
  }

  clear(memory: WindowMemory): void {
    const sum = placeOfPart(memory, this.#sum);
    memory.cells[sum] = 0;
    memory.cells[sum + 1] = 0;
  }

  /**
   * Mean over the last `spanMs`.
   * @param oldest position of the oldest reading after the edge: only a part of the time for which it stands is within.
   */
  mean(memory: WindowMemory, log: ChannelLog, oldest: number, edge: number, spanMs: number): number {
    const sum = placeOfPart(memory, this.#sum);
    scratch[0] = memory.cells[sum]!;
    scratch[1] = memory.cells[sum + 1]!;
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
