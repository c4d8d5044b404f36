import type { ChannelLog } from '../channel-log.ts';
import type { WindowMemory, WindowPlan } from './memory.ts';
import type { WindowPart } from './part.ts';

/** Places of the queue at the beginning; a power of two, as always. */
const fewPlaces = 4;

/**
 * The greatest or the least reading: a queue of those that no later one surpasses, so that each reading is looked at
 * twice at most. The queue is a ring of times and values in turn.
 */
export class Extreme implements WindowPart {
  /** 1 for the greatest, -1 for the least. */
  readonly #sign: 1 | -1;
  readonly #ring: number;
  /** Where the number of places is that were left since the beginning, and after it that of those that were taken. */
  readonly #head: number;

  constructor(plan: WindowPlan, sign: 1 | -1) {
    this.#sign = sign;
    this.#ring = plan.takeList();
    this.#head = plan.take(0, 0);
  }

  take({ cells, lists }: WindowMemory, log: ChannelLog, position: number): void {
    const sign = this.#sign;
    const merged = log.mergedAt(position);
    const value = merged ? (sign > 0 ? merged.max : merged.min) : log.valueAt(position);
    let ring = lists[this.#ring]!;
    let mask = ring.length / 2 - 1;
    const head = cells[this.#head]!;
    let tail = cells[this.#head + 1]!;
    while (tail > head && (value - ring[((tail - 1) & mask) * 2 + 1]!) * sign >= 0) tail--;
    if (tail - head > mask) {
      ring = wider(ring, head, tail);
      lists[this.#ring] = ring;
      mask = ring.length / 2 - 1;
    }
    const place = (tail & mask) * 2;
    ring[place] = log.timeAt(position);
    ring[place + 1] = value;
    cells[this.#head + 1] = tail + 1;
  }

  leave({ cells, lists }: WindowMemory, log: ChannelLog, position: number): void {
    const ring = lists[this.#ring]!;
    const head = cells[this.#head]!;
    if (ring[(head & (ring.length / 2 - 1)) * 2] === log.timeAt(position)) cells[this.#head] = head + 1;
  }

  clear({ cells, lists }: WindowMemory): void {
    cells[this.#head] = 0;
    cells[this.#head + 1] = 0;
    if (lists[this.#ring]!.length === 0) lists[this.#ring] = emptyRing(fewPlaces);
  }

  value({ cells, lists }: WindowMemory): number {
    const ring = lists[this.#ring]!;
    return ring[(cells[this.#head]! & (ring.length / 2 - 1)) * 2 + 1]!;
  }
}

/** The same queue with twice the places. */
function wider(ring: readonly number[], head: number, tail: number): number[] {
  const grown = emptyRing(ring.length);
  const [mask, grownMask] = [ring.length / 2 - 1, grown.length / 2 - 1];
  for (let i = head; i < tail; i++) {
    grown[(i & grownMask) * 2] = ring[(i & mask) * 2]!;
    grown[(i & grownMask) * 2 + 1] = ring[(i & mask) * 2 + 1]!;
  }
  return grown;
}

/** @param places how many times and values it holds. */
function emptyRing(places: number): number[] {
  return new Array<number>(places * 2).fill(0.5);
}
