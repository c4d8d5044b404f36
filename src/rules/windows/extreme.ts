import type { ChannelLog } from '../channel-log.ts';
import type { WindowPart } from './part.ts';

/** Places of the queue at the beginning; a power of two, as always. */
const fewPlaces = 8;

/**
 * The greatest or the least reading: a queue of those that no later one surpasses, so that each reading is looked at
 * twice at most. The queue is a ring of times and values in turn.
 */
export class Extreme implements WindowPart {
  /** 1 for the greatest, -1 for the least. */
  readonly #sign: 1 | -1;
  #ring = emptyRing(fewPlaces);
  /** Places taken and left since the beginning: their difference is the length. */
  #head = 0;
  #tail = 0;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  take(log: ChannelLog, position: number): void {
    const merged = log.mergedAt(position);
    const value = merged ? (this.#sign > 0 ? merged.max : merged.min) : log.valueAt(position);
    let ring = this.#ring;
    let mask = ring.length / 2 - 1;
    const sign = this.#sign;
    const head = this.#head;
    let tail = this.#tail;
    while (tail > head && (value - ring[((tail - 1) & mask) * 2 + 1]!) * sign >= 0) tail--;
    if (tail - head > mask) {
      this.#grow();
      ring = this.#ring;
      mask = ring.length / 2 - 1;
    }
    const place = (tail & mask) * 2;
    ring[place] = log.timeAt(position);
    ring[place + 1] = value;
    this.#tail = tail + 1;
  }

  #grow(): void {
    const before = this.#ring;
    const mask = before.length / 2 - 1;
    this.#ring = emptyRing(before.length);
    const wider = this.#ring.length / 2 - 1;
    for (let i = this.#head; i < this.#tail; i++) {
      this.#ring[(i & wider) * 2] = before[(i & mask) * 2]!;
      this.#ring[(i & wider) * 2 + 1] = before[(i & mask) * 2 + 1]!;
    }
  }

  leave(log: ChannelLog, position: number): void {
    const mask = this.#ring.length / 2 - 1;
    if (this.#ring[(this.#head & mask) * 2] === log.timeAt(position)) this.#head++;
  }

  clear(): void {
    this.#head = 0;
    this.#tail = 0;
  }

  value(): number {
    return this.#ring[(this.#head & (this.#ring.length / 2 - 1)) * 2 + 1]!;
  }
}

/** @param places how many times and values it holds. */
function emptyRing(places: number): number[] {
  return new Array<number>(places * 2).fill(0.5);
}
