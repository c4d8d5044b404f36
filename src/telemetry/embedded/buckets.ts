import { firstAtOrAfter, type Readings } from './readings.ts';

/** What readings of one series come to in buckets of equal width, in the order of time; empty buckets are left out. */
export interface Buckets {
  /** Starts, multiples of the width. Milliseconds. */
  starts: Float64Array;
  counts: Float64Array;
  sums: Float64Array;
  mins: Float64Array;
  maxs: Float64Array;
}

export function toBuckets({ times, values }: Readings, widthMs: number): Buckets {
  const starts: number[] = [];
  const counts: number[] = [];
  const sums: number[] = [];
  const mins: number[] = [];
  const maxs: number[] = [];
  const { length } = times;
  for (let i = 0; i < length; ) {
    const start = Math.floor(times[i]! / widthMs) * widthMs;
    const end = start + widthMs;
    const first = i;
    const sum = new ExactSum();
    let min = values[i]!;
    let max = min;
    for (; i < length && times[i]! < end; i++) {
      const value = values[i]!;
      sum.add(value);
      if (value < min) min = value;
      if (value > max) max = value;
    }
    starts.push(start);
    counts.push(i - first);
    sums.push(sum.total());
    mins.push(min);
    maxs.push(max);
  }
  return {
    starts: Float64Array.from(starts),
    counts: Float64Array.from(counts),
    sums: Float64Array.from(sums),
    mins: Float64Array.from(mins),
    maxs: Float64Array.from(maxs),
  };
}

/** The buckets that start at `from` or later and before `to`. */
export function startingBetween({ starts, counts, sums, mins, maxs }: Buckets, from: number, to: number): Buckets {
  const first = firstAtOrAfter(starts, from);
  const end = firstAtOrAfter(starts, to);
  const cut = (column: Float64Array) => column.subarray(first, end);
  return { starts: cut(starts), counts: cut(counts), sums: cut(sums), mins: cut(mins), maxs: cut(maxs) };
}

/** Adds up without losing the last digits (Neumaier): a mean of many readings is not off by what adding loses. */
export class ExactSum {
  #sum = 0;
  #lost = 0;

  add(value: number): void {
    const next = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
    this.#sum = next;
  }

  total(): number {
    const total = this.#sum + this.#lost;
    // Beyond the greatest double only the plain sum still means something: an infinity.
    return Number.isNaN(total) ? this.#sum : total;
  }
}
