import type { ChannelLog } from '../channel-log.ts';
import { addExact, addProduct, asDecimal, dividedBy } from '../exact.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import { Summed } from './summed.ts';

/** So that asking for a mean allocates nothing. */
const scratch = [0.5, 0.5];

/**
 * The sum of values times how long each stood, for means over time. Each reading stands for the time since the one
 * before it, so that a device that reports faster for a while does not count for more.
 */
export class Area extends Summed {
  constructor(plan: PartPlan) {
    super(plan, 2);
  }

  protected override add(cells: number[], from: number, log: ChannelLog, position: number, sign: 1 | -1): void {
    const merged = log.mergedAt(position);
    if (merged) addExact(cells, from, sign * merged.area);
    else if (position > 0)
      addProduct(cells, from, sign * log.valueAt(position), log.timeAt(position) - log.timeAt(position - 1));
  }

  /**
   * Mean over the last `spanMs`.
   * @param oldest position of the oldest reading after the edge: only a part of the time for which it stands is within.
   */
  mean(memory: WindowMemory, log: ChannelLog, oldest: number, edge: number, spanMs: number): number {
    scratch[0] = memory.partCells![this.from]!;
    scratch[1] = memory.partCells![this.from + 1]!;
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
