import type { ChannelLog } from '../channel-log.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import type { WindowPart } from './part.ts';

/** The readings in order of their values, for median and percentiles. Those that are kept as one count as their last. */
export class Ranked implements WindowPart {
  readonly #values: number;

  constructor(plan: PartPlan) {
    this.#values = plan.takeList();
  }

  take({ lists }: WindowMemory, log: ChannelLog, position: number): void {
    const values = lists![this.#values]!;
    const value = log.valueAt(position);
    values.splice(placeOf(values, value), 0, value);
  }

  leave({ lists }: WindowMemory, log: ChannelLog, position: number): void {
    const values = lists![this.#values]!;
    values.splice(placeOf(values, log.valueAt(position)), 1);
  }

  clear({ lists }: WindowMemory): void {
    lists![this.#values] = [];
  }

  /**
   * The value below which a share of the readings lies, straight between the two nearest (Hyndman & Fan's type 7).
   * @param share 0 to 1.
   */
  percentile({ lists }: WindowMemory, share: number): number {
    const values = lists![this.#values]!;
    const place = share * (values.length - 1);
    const below = Math.floor(place);
    const low = values[below]!;
    const high = values[Math.min(below + 1, values.length - 1)]!;
    return low + (high - low) * (place - below);
  }
}

/** The first place whose value is not less. */
function placeOf(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
