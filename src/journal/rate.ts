/** Over which the rate is smoothed, in seconds. */
const SMOOTHED_OVER = 60;

/** How fast a count grows, smoothed over a minute. */
export class Rate {
  perSecond = 0;
  #last: { count: number; at: number } | null = null;

  /** @param at milliseconds of a clock that is never set */
  note(count: number, at: number): void {
    if (this.#last !== null && at > this.#last.at) {
      const seconds = (at - this.#last.at) / 1000;
      const now = (count - this.#last.count) / seconds;
      this.perSecond += (now - this.perSecond) * Math.min(1, seconds / SMOOTHED_OVER);
    }
    this.#last = { count, at };
  }
}
