/** Frames of this window and of the one before say how busy a device is. */
const WINDOW_MS = 5000;

/** How much something sends: two counters, so cheap that every device has them. */
export class Busyness {
  #window = Number.NEGATIVE_INFINITY;
  #now = 0;
  #before = 0;

  /** Counts, and gives the busier of this window and the one before. */
  count(now: number, tokens: number): number {
    this.#turn(now);
    this.#now += tokens;
    return Math.max(this.#now, this.#before);
  }

  /** Notes how busy the busiest is; the same as `count` where each call replaces less. */
  atLeast(now: number, tokens: number): number {
    this.#turn(now);
    if (tokens > this.#now) this.#now = tokens;
    return Math.max(this.#now, this.#before);
  }

  #turn(now: number): void {
    const window = Math.floor(now / WINDOW_MS);
    if (window === this.#window) return;
    this.#before = window === this.#window + 1 ? this.#now : 0;
    this.#now = 0;
    this.#window = window;
  }
}
