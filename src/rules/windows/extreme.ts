import type { ChannelLog } from '../channel-log.ts';
import type { WindowPart } from './part.ts';

/** The dead entries at the front of a queue are cut away when there are so many. */
const mostDead = 32;

/**
 * The greatest or the least reading: a queue of those that no later one surpasses, so that each reading is looked at
 * twice at most.
 */
export class Extreme implements WindowPart {
  /** 1 for the greatest, -1 for the least. */
  readonly #sign: 1 | -1;
  #times: number[] = [];
  #values: number[] = [];
  #head = 0;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  take(log: ChannelLog, position: number): void {
    const merged = log.mergedAt(position);
    const value = merged ? (this.#sign > 0 ? merged.max : merged.min) : log.valueAt(position);
    let length = this.#values.length;
    while (length > this.#head && (value - this.#values[length - 1]!) * this.#sign >= 0) length--;
    this.#times.length = length;
    this.#values.length = length;
    this.#times.push(log.timeAt(position));
    this.#values.push(value);
  }

  leave(log: ChannelLog, position: number): void {
    if (this.#times[this.#head] !== log.timeAt(position)) return;
    this.#head++;
    if (this.#head < mostDead) return;
    this.#times = this.#times.slice(this.#head);
    this.#values = this.#values.slice(this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#times = [];
    this.#values = [];
    this.#head = 0;
  }

  value(): number {
    return this.#values[this.#head]!;
  }
}
