/**
 * Readings that come within this part of the span are kept as one, so that a window has a bound whatever a device sends:
 * of ten minutes that is 0.6 s, closer than any device reports that keeps to its period.
 */
const PARTS = 1024;

/** What is known of several readings that are kept as one; its time and value are those of the last. */
interface Merged {
  /** Over the time since the reading before them. */
  mean: number;
  sum: number;
  count: number;
  min: number;
  max: number;
}

/** A window's state as it is kept in a checkpoint. */
export interface WindowState {
  since: number;
  times: number[];
  values: number[];
  /** When the first of those came that are kept as the last one. */
  opened?: number;
  /** By index; absent when there are none. */
  merged?: Record<number, Merged>;
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
  /** As long as the others, once there is one. */
  #merged: (Merged | null)[] | null = null;
  #head = 0;
  #opened = Number.NaN;
  /** Measured time of the first reading after the last gap. */
  #since = Number.NaN;

  constructor(spanMs: number, maxGapMs: number) {
    this.spanMs = spanMs;
    this.maxGapMs = maxGapMs;
  }

  /** Adds a reading; `at` is later than that of every reading before. */
  add(at: number, value: number): void {
    const last = this.#times.at(-1);
    const gap = last === undefined || at - last > this.maxGapMs;
    if (gap) this.#since = at;
    if (!gap && at - this.#opened < this.spanMs / PARTS) {
      this.#merge(at, value);
    } else {
      this.#opened = at;
      this.#times.push(at);
      this.#values.push(value);
      this.#merged?.push(null);
    }
    this.#evict(at);
  }

  /** Makes one of the last reading and this one. */
  #merge(at: number, value: number): void {
    const i = this.#times.length - 1;
    this.#merged ??= this.#times.map(() => null);
    const [last, lastValue] = [this.#times[i]!, this.#values[i]!];
    const known = this.#merged[i] ?? { mean: lastValue, sum: lastValue, count: 1, min: lastValue, max: lastValue };
    // Nothing is known of the time before the first of all.
    const before = i > 0 ? last - this.#times[i - 1]! : last - this.#opened;
    this.#merged[i] = {
      mean: (known.mean * before + value * (at - last)) / (before + at - last),
      sum: known.sum + value,
      count: known.count + 1,
      min: Math.min(known.min, value),
      max: Math.max(known.max, value),
    };
    this.#times[i] = at;
    this.#values[i] = value;
  }

  #evict(now: number): void {
    const from = now - this.spanMs;
    // A reading exactly at the edge stays: it is the other end of `delta` and `rate`.
    while (this.#head < this.#times.length && this.#times[this.#head]! < from) this.#head++;
    if (this.#head > 64 && this.#head * 2 > this.#times.length) {
      this.#times.splice(0, this.#head);
      this.#values.splice(0, this.#head);
      this.#merged?.splice(0, this.#head);
      if (this.#merged?.every((merged) => merged === null)) this.#merged = null;
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
      sum += (this.#merged?.[i]?.mean ?? this.#values[i]!) * (at - from);
      from = at;
    }
    return sum / this.spanMs;
  }

  /** Sum of the readings in the window: increments such as rain per report. A gap counts as nothing. */
  sum(): number {
    let sum = 0;
    // The reading at the far edge is the end of the window before.
    const edge = (this.#times.at(-1) ?? 0) - this.spanMs;
    for (let i = this.#head; i < this.#values.length; i++)
      if (this.#times[i]! > edge) sum += this.#merged?.[i]?.sum ?? this.#values[i]!;
    return this.#times.length ? sum : Number.NaN;
  }

  /** Number of readings in the window. */
  count(): number {
    const edge = (this.#times.at(-1) ?? 0) - this.spanMs;
    let count = 0;
    for (let i = this.#head; i < this.#times.length; i++)
      if (this.#times[i]! > edge) count += this.#merged?.[i]?.count ?? 1;
    return count;
  }

  min(): number {
    if (!this.#covers(1)) return Number.NaN;
    let least = Number.POSITIVE_INFINITY;
    for (let i = this.#head; i < this.#values.length; i++)
      least = Math.min(least, this.#merged?.[i]?.min ?? this.#values[i]!);
    return least;
  }

  max(): number {
    if (!this.#covers(1)) return Number.NaN;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = this.#head; i < this.#values.length; i++)
      most = Math.max(most, this.#merged?.[i]?.max ?? this.#values[i]!);
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
    const state: WindowState = {
      since: this.#since,
      times: this.#times.slice(this.#head),
      values: this.#values.slice(this.#head),
    };
    const last = state.times.at(-1);
    if (last !== undefined && this.#opened !== last) state.opened = this.#opened;
    const merged = this.#merged?.slice(this.#head) ?? [];
    if (merged.some((one) => one !== null)) {
      state.merged = Object.fromEntries(merged.flatMap((one, i) => (one === null ? [] : [[i, one]])));
    }
    return state;
  }

  restore(state: WindowState): void {
    this.#since = state.since ?? Number.NaN;
    this.#times = [...state.times];
    this.#values = [...state.values];
    this.#head = 0;
    this.#opened = state.opened ?? state.times.at(-1) ?? Number.NaN;
    const { merged } = state;
    this.#merged = merged ? state.times.map((_, i) => merged[i] ?? null) : null;
  }
}
