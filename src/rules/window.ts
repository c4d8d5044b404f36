/** A window's state as it is kept in a checkpoint. */
export interface WindowState {
  since: number;
  times: number[];
  values: number[];
}

/**
 * The readings of one channel within the last `spanMs` of measured time, for `avg`, `min`, `max`, `sum`, `count`,
 * `delta` and `rate`. It knows how far back it has evidence without a gap, so that a mean over ten minutes is not
 * taken from one reading.
 */
export class Window {
  readonly spanMs: number;
  readonly maxGapMs: number;
  #times: number[] = [];
  #values: number[] = [];
  #head = 0;
  /** Measured time of the first reading after the last gap. */
  #since = Number.NaN;

  constructor(spanMs: number, maxGapMs: number) {
    this.spanMs = spanMs;
    this.maxGapMs = maxGapMs;
  }

  /** Adds a reading; `at` is later than that of every reading before. */
  add(at: number, value: number): void {
    const last = this.#times.at(-1);
    if (last === undefined || at - last > this.maxGapMs) this.#since = at;
    this.#times.push(at);
    this.#values.push(value);
    this.#evict(at);
  }

  #evict(now: number): void {
    const from = now - this.spanMs;
    // A reading exactly at the edge stays: it is the other end of `delta` and `rate`.
    while (this.#head < this.#times.length && this.#times[this.#head]! < from) this.#head++;
    if (this.#head > 64 && this.#head * 2 > this.#times.length) {
      this.#times.splice(0, this.#head);
      this.#values.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Whether the readings reach back over `share` of the span without a gap. */
  #covers(share: number): boolean {
    const last = this.#times.at(-1);
    return last !== undefined && last - this.#since >= this.spanMs * share;
  }

  /**
   * Mean over time, or NaN without evidence over the whole span. Each reading stands for the time since the one before
   * it, so that a device that reports faster for a while does not count for more.
   */
  avg(): number {
    if (!this.#covers(1)) return Number.NaN;
    const edge = this.#times.at(-1)! - this.spanMs;
    let from = edge;
    let sum = 0;
    for (let i = this.#head; i < this.#values.length; i++) {
      const at = this.#times[i]!;
      if (at <= edge) continue;
      sum += this.#values[i]! * (at - from);
      from = at;
    }
    return sum / this.spanMs;
  }

  /** Sum of the readings in the window: increments such as rain per report. A gap counts as nothing. */
  sum(): number {
    let sum = 0;
    // The reading at the far edge is the end of the window before.
    const edge = (this.#times.at(-1) ?? 0) - this.spanMs;
    for (let i = this.#head; i < this.#values.length; i++) if (this.#times[i]! > edge) sum += this.#values[i]!;
    return this.#times.length ? sum : Number.NaN;
  }

  /** Number of readings in the window. */
  count(): number {
    const edge = (this.#times.at(-1) ?? 0) - this.spanMs;
    let n = this.#times.length - this.#head;
    if (n > 0 && this.#times[this.#head]! <= edge) n--;
    return n;
  }

  min(): number {
    if (!this.#covers(1)) return Number.NaN;
    let least = Number.POSITIVE_INFINITY;
    for (let i = this.#head; i < this.#values.length; i++) least = Math.min(least, this.#values[i]!);
    return least;
  }

  max(): number {
    if (!this.#covers(1)) return Number.NaN;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = this.#head; i < this.#values.length; i++) most = Math.max(most, this.#values[i]!);
    return most;
  }

  /** Change from the oldest reading in the window to the newest; NaN without evidence over at least half the span. */
  delta(): number {
    if (!this.#covers(0.5)) return Number.NaN;
    return this.#values.at(-1)! - this.#values[this.#first()]!;
  }

  /** `delta` per second; NaN without evidence over at least half the span. */
  rate(): number {
    if (!this.#covers(0.5)) return Number.NaN;
    const first = this.#first();
    return ((this.#values.at(-1)! - this.#values[first]!) * 1000) / (this.#times.at(-1)! - this.#times[first]!);
  }

  /** The oldest reading in the window that no gap separates from the newest. */
  #first(): number {
    let first = this.#head;
    while (this.#times[first]! < this.#since) first++;
    return first;
  }

  state(): WindowState {
    return { since: this.#since, times: this.#times.slice(this.#head), values: this.#values.slice(this.#head) };
  }

  restore(state: WindowState): void {
    this.#since = state.since ?? Number.NaN;
    this.#times = [...state.times];
    this.#values = [...state.values];
    this.#head = 0;
  }
}
