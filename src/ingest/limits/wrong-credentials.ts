import type { Clock } from '../../shared/clock.ts';
import { AddressBuckets, addressKey } from './addresses.ts';
import { Later } from './later.ts';
import type { LimitMetrics } from './metrics.ts';

/** Wrong credentials that an address may show at once, and a second in the long run: a few devices that were set up wrongly. */
const BURST = 20;
const PER_SECOND = 1;
/** A connection that waits for its refusal holds a place. */
const LONGEST_WAIT_MS = 5000;

/**
 * Makes whoever shows one wrong credential after the other wait for each refusal, so that neither a loop nor a guesser
 * keeps the door busy. A right credential never waits: many devices may share an address.
 */
export class WrongCredentials {
  readonly #metrics: LimitMetrics;
  readonly #buckets: AddressBuckets;
  readonly #later: Later<string>;

  constructor(metrics: LimitMetrics, steady: Clock) {
    this.#metrics = metrics;
    this.#buckets = new AddressBuckets(PER_SECOND, BURST, steady);
    this.#later = new Later(steady);
  }

  /** Calls `refuse`, now or later. */
  shown(address: string | undefined, refuse: () => void): void {
    const key = addressKey(address) ?? 'this machine';
    const wait = Math.min(this.#buckets.take(key), LONGEST_WAIT_MS);
    if (wait === 0) {
      refuse();
      return;
    }
    this.#metrics.delayed('credential');
    this.#later.add(key, wait, refuse);
  }

  close(): void {
    this.#later.close();
  }
}
