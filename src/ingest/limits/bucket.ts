/**
 * A token bucket that can be in debt, as one number (the generic cell rate algorithm): what is taken beyond the tokens
 * there are is paid for by waiting. Time is in milliseconds of a clock that never jumps.
 */
export class Bucket {
  /** Milliseconds that one token takes to come. */
  readonly #perToken: number;
  /** Milliseconds that a full bucket lasts. */
  readonly #depth: number;
  /** When it will be full again. */
  #fullAt = Number.NEGATIVE_INFINITY;

  /** @param burst tokens that can be taken at once from a full bucket */
  constructor(perSecond: number, burst: number) {
    this.#perToken = 1000 / perSecond;
    this.#depth = burst * this.#perToken;
  }

  /** Takes tokens. @returns milliseconds until they are there; 0 when they were. */
  take(now: number, tokens = 1): number {
    this.#fullAt = Math.max(this.#fullAt, now) + tokens * this.#perToken;
    return Math.max(0, this.#fullAt - now - this.#depth);
  }

  /** Milliseconds until so many tokens could be taken without debt; nothing is taken. */
  wait(now: number, tokens = 1): number {
    return Math.max(0, Math.max(this.#fullAt, now) + tokens * this.#perToken - now - this.#depth);
  }

  isFull(now: number): boolean {
    return this.#fullAt <= now;
  }
}
