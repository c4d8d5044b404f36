import { inOrder, noReadings, type Readings } from './readings.ts';

/** The end of a series' chain. */
const none = -1;

/**
 * Readings in memory in the order in which they came, with a chain for each series that runs from its last one back:
 * 24 bytes a reading however many series there are. What was staged is there for readers after `commit()` only.
 */
export class FreshReadings {
  #series = new Int32Array(16_384);
  #times = new Float64Array(16_384);
  #values = new Float64Array(16_384);
  #previous = new Int32Array(16_384);
  /** Index of the last reading that came and of the one with the newest time, by series. */
  #last = new Int32Array(1024).fill(none);
  #newest = new Int32Array(1024).fill(none);
  #committed = 0;
  #staged = 0;

  get count(): number {
    return this.#committed;
  }

  /** One more than the greatest number of a series that may be here. */
  get seriesEnd(): number {
    return this.#last.length;
  }

  stage(series: number, at: number, value: number): void {
    const index = this.#committed + this.#staged;
    if (index === this.#series.length) this.#grow();
    this.#series[index] = series;
    this.#times[index] = at;
    this.#values[index] = value;
    this.#staged += 1;
  }

  /** What is staged, column by column; shares memory with it. */
  staged(): { times: Float64Array; values: Float64Array; series: Int32Array } {
    const end = this.#committed + this.#staged;
    return {
      times: this.#times.subarray(this.#committed, end),
      values: this.#values.subarray(this.#committed, end),
      series: this.#series.subarray(this.#committed, end),
    };
  }

  drop(): void {
    this.#staged = 0;
  }

  commit(): void {
    for (const end = this.#committed + this.#staged; this.#committed < end; this.#committed++) {
      const index = this.#committed;
      const series = this.#series[index]!;
      if (series >= this.#last.length) this.#growSeries(series);
      this.#previous[index] = this.#last[series]!;
      this.#last[series] = index;
      const newest = this.#newest[series]!;
      if (newest === none || this.#times[index]! >= this.#times[newest]!) this.#newest[series] = index;
    }
    this.#staged = 0;
  }

  of(series: number): Readings {
    const last = this.#last[series] ?? none;
    if (last === none) return noReadings;
    let count = 0;
    for (let index = last; index !== none; index = this.#previous[index]!) count += 1;
    const times = new Float64Array(count);
    const values = new Float64Array(count);
    for (let index = last; index !== none; index = this.#previous[index]!) {
      count -= 1;
      times[count] = this.#times[index]!;
      values[count] = this.#values[index]!;
    }
    return inOrder(times, values);
  }

  /** The reading with the newest time. */
  newestOf(series: number): { at: number; value: number } | null {
    const index = this.#newest[series] ?? none;
    return index === none ? null : { at: this.#times[index]!, value: this.#values[index]! };
  }

  #grow(): void {
    const size = this.#series.length * 2;
    this.#series = resized(this.#series, new Int32Array(size));
    this.#times = resized(this.#times, new Float64Array(size));
    this.#values = resized(this.#values, new Float64Array(size));
    this.#previous = resized(this.#previous, new Int32Array(size));
  }

  #growSeries(series: number): void {
    const size = Math.max(this.#last.length * 2, series + 1);
    this.#last = resized(this.#last, new Int32Array(size).fill(none));
    this.#newest = resized(this.#newest, new Int32Array(size).fill(none));
  }
}

function resized<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
