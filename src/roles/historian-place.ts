import type { Clock } from '../shared/clock.ts';
import { getCheckpoint, setCheckpoint } from '../store/checkpoint.ts';
import type { Store } from '../store/open.ts';

/**
 * How often the place is made durable at once. While the disk takes it nobody else writes to the store, and an alarm must
 * not wait for that five times a second.
 */
const durableEveryMs = 1_000;

interface PlaceParts {
  store: Store;
  /** The same store, opened as durable later. */
  storeForLater: Store;
  consumer: string;
  partition: number;
  steady: Clock;
}

/** Up to where a consumer has got in the journal: kept after every batch, and for good once in a while. */
export class HistorianPlace {
  readonly #parts: PlaceParts;
  #offset = 0;
  #settled = 0;
  #settledAt = Number.NEGATIVE_INFINITY;

  constructor(parts: PlaceParts) {
    this.#parts = parts;
  }

  /** Even after a power cut a start goes on from here or later: the journal may forget what lies before. */
  get settled(): number {
    return this.#settled;
  }

  async load(): Promise<number> {
    const { store, consumer, partition } = this.#parts;
    this.#settled = await getCheckpoint(store, consumer, partition);
    this.#offset = this.#settled;
    return this.#settled;
  }

  async save(offset: number): Promise<void> {
    const { storeForLater, consumer, partition, steady } = this.#parts;
    this.#offset = offset;
    if (steady.now() - this.#settledAt < durableEveryMs)
      await setCheckpoint(storeForLater, consumer, partition, offset);
    else await this.#settle();
  }

  /** Nothing comes any more. */
  async rest(): Promise<void> {
    if (this.#settled < this.#offset) await this.#settle();
  }

  async #settle(): Promise<void> {
    const { store, consumer, partition, steady } = this.#parts;
    const offset = this.#offset;
    await setCheckpoint(store, consumer, partition, offset);
    this.#settled = offset;
    this.#settledAt = steady.now();
  }
}
