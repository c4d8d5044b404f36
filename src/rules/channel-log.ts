/** What is known of several readings that are kept as one; time and value are those of the last. */
export interface Merged {
  /** When the first of them was measured. */
  from: number;
  /** Sum of value times the time since the reading before it. */
  area: number;
  sum: number;
  count: number;
  min: number;
  max: number;
}

/** A log as it is kept in a checkpoint. */
export interface LogState {
  /** Measured time of the first, then how much later each one was. */
  times: number[];
  values: number[];
  /** By position; absent when there are none. */
  merged?: Record<number, Merged>;
}

/**
 * What one channel of one device measured, by measured time: the past that windows look at, and from which a part can
 * be judged again. Positions count from the oldest that is kept.
 */
export class ChannelLog {
  #times: number[] = [];
  #values: number[] = [];
  /** As long as the others, once there is one. */
  #merged: (Merged | null)[] | null = null;

  get length(): number {
    return this.#times.length;
  }

  timeAt(position: number): number {
    return this.#times[position]!;
  }

  valueAt(position: number): number {
    return this.#values[position]!;
  }

  mergedAt(position: number): Merged | null {
    return this.#merged === null ? null : this.#merged[position]!;
  }

  /** Whether there is anything that is kept as one. */
  get hasMerged(): boolean {
    return this.#merged !== null;
  }

  /** Measured time of the first reading that is kept at a position. */
  beginAt(position: number): number {
    return this.mergedAt(position)?.from ?? this.#times[position]!;
  }

  /** Adds a reading that is newer than all others. */
  push(at: number, value: number): void {
    this.#times.push(at);
    this.#values.push(value);
    if (this.#merged !== null) this.#merged.push(null);
  }

  /** Position of the first reading measured at a time or later; the length when there is none. */
  positionOf(at: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets all from a position on. */
  cut(position: number): void {
    this.#times.length = position;
    this.#values.length = position;
    if (this.#merged !== null) this.#merged.length = position;
  }

  /** Forgets all before a position. */
  drop(position: number): void {
    if (position === 0) return;
    this.#times = this.#times.slice(position);
    this.#values = this.#values.slice(position);
    if (this.#merged === null) return;
    this.#merged = this.#merged.slice(position);
    if (this.#merged.every((one) => one === null)) this.#merged = null;
  }

  /**
   * Makes one of readings from a position up to another that come within one cell of `cellMs`, and between which there
   * is no gap.
   * @returns whether anything changed.
   */
  merge(from: number, until: number, cellMs: number, maxGapMs: number): boolean {
    if (!this.#crowded(from, until, cellMs, maxGapMs)) return false;
    this.#merged ??= this.#times.map(() => null);
    let last = from;
    for (let i = from + 1; i < until; i++) {
      if (this.#together(last, i, cellMs, maxGapMs)) this.#join(last, i);
      else this.#move(i, ++last);
    }
    const removed = until - last - 1;
    this.#times.splice(last + 1, removed);
    this.#values.splice(last + 1, removed);
    this.#merged.splice(last + 1, removed);
    return true;
  }

  #crowded(from: number, until: number, cellMs: number, maxGapMs: number): boolean {
    for (let i = from + 1; i < until; i++) if (this.#together(i - 1, i, cellMs, maxGapMs)) return true;
    return false;
  }

  #together(one: number, next: number, cellMs: number, maxGapMs: number): boolean {
    const [at, begin] = [this.#times[one]!, this.beginAt(next)];
    return begin - at <= maxGapMs && Math.floor(at / cellMs) === Math.floor(this.#times[next]! / cellMs);
  }

  #join(one: number, next: number): void {
    const a = this.#known(one);
    const b = this.#known(next);
    this.#merged![one] = {
      from: a.from,
      area: a.area + b.area,
      sum: a.sum + b.sum,
      count: a.count + b.count,
      min: Math.min(a.min, b.min),
      max: Math.max(a.max, b.max),
    };
    this.#times[one] = this.#times[next]!;
    this.#values[one] = this.#values[next]!;
  }

  #known(position: number): Merged {
    const value = this.#values[position]!;
    const merged = this.#merged![position];
    return (
      merged ?? {
        from: this.#times[position]!,
        area: this.areaAt(position),
        sum: value,
        count: 1,
        min: value,
        max: value,
      }
    );
  }

  #move(from: number, to: number): void {
    if (from === to) return;
    this.#times[to] = this.#times[from]!;
    this.#values[to] = this.#values[from]!;
    this.#merged![to] = this.#merged![from]!;
  }

  /** Value times the time since the reading before; 0 for the first, before which nothing is known. */
  areaAt(position: number): number {
    const merged = this.mergedAt(position);
    if (merged) return merged.area;
    return position === 0 ? 0 : this.#values[position]! * (this.#times[position]! - this.#times[position - 1]!);
  }

  state(): LogState {
    const times = this.#times.map((at, i) => (i === 0 ? at : at - this.#times[i - 1]!));
    const state: LogState = { times, values: [...this.#values] };
    if (this.#merged !== null)
      state.merged = Object.fromEntries(this.#merged.flatMap((one, i) => (one === null ? [] : [[i, one]])));
    return state;
  }

  restore({ times, values, merged }: LogState): void {
    let at = 0;
    this.#times = times.map((step) => {
      at += step;
      return at;
    });
    this.#values = [...values];
    this.#merged = merged ? times.map((_, i) => merged[i] ?? null) : null;
  }
}
