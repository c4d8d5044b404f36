import { isIPv6 } from 'node:net';
import type { Clock } from '../../shared/clock.ts';
import { Bucket } from './bucket.ts';

const IPV4_IN_IPV6 = '::ffff:';
/** Idle ones are looked for when there are so many, and then whenever there are twice as many as were kept. */
const FEW = 1024;

/**
 * The address that counts for limits: of IPv6 the network of 64 bits, since whoever has one address has them all; null
 * for this machine, where the other end is a proxy that stands for many.
 */
export function addressKey(address: string | undefined): string | null {
  // A socket that has gone already.
  if (address === undefined) return null;
  const plain = address.startsWith(IPV4_IN_IPV6) ? address.slice(IPV4_IN_IPV6.length) : address;
  if (plain === '::1' || plain.startsWith('127.')) return null;
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === '' ? 0 : tail.split(':').length;
  while (groups.length < Math.min(4, 8 - after)) groups.push('0');
  if (groups.length < 4) groups.push(...tail.split(':'));
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** A bucket for each address that has been heard of lately. */
export class AddressBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #steady: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = FEW;

  constructor(perSecond: number, burst: number, steady: Clock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#steady = steady;
  }

  /** Number of addresses that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token of this address. @returns milliseconds until it is there. */
  take(address: string): number {
    const now = this.#steady.now();
    let bucket = this.#buckets.get(address);
    if (!bucket) {
      bucket = new Bucket(this.#perSecond, this.#burst);
      this.#buckets.set(address, bucket);
      if (this.#buckets.size > this.#sweepAt) this.#sweep(now);
    }
    return bucket.take(now);
  }

  #sweep(now: number): void {
    for (const [address, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(address);
    this.#sweepAt = Math.max(FEW, 2 * this.#buckets.size);
  }
}
