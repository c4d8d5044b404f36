import type { ChannelLog } from '../channel-log.ts';
import type { WindowPart } from './part.ts';

/** The readings in order of their values, for median and percentiles. Those that are kept as one count as their last. */
export class Ranked implements WindowPart {
  #values: number[] = [];

  take(log: ChannelLog, position: number): void {
    const value = log.valueAt(position);
    this.#values.splice(this.#placeOf(value), 0, value);
  }

  leave(log: ChannelLog, position: number): void {
    this.#values.splice(this.#placeOf(log.valueAt(position)), 1);
  }

  clear(): void {
    this.#values = [];
  }

  /** The first place whose value is not less. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The value below which a share of the readings lies, straight between the two nearest (Hyndman & Fan's type 7).
   * @param share 0 to 1.
   */
  percentile(share: number): number {
    const place = share * (this.#values.length - 1);
    const below = Math.floor(place);
    const low = this.#values[below]!;
    const high = this.#values[Math.min(below + 1, this.#values.length - 1)]!;
    return low + (high - low) * (place - below);
  }
}
