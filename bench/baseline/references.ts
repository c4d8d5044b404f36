import { medianSorted, probit } from 'simple-statistics';

/** A detector as the bench knows it: a reading in, whether it is an anomaly out. */
export interface Contender {
  name: string;
  create(): (time: number, value: number) => boolean;
}

const window = 288;

/** The last day's values, kept sorted as well. */
class LastDay {
  readonly values: number[] = [];
  readonly sorted: number[] = [];

  add(value: number): void {
    this.values.push(value);
    this.sorted.splice(this.#place(value), 0, value);
    if (this.values.length > window) this.sorted.splice(this.#place(this.values.shift()!), 1);
  }

  #place(value: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Once a month at a value each five minutes, both sides of a normal distribution. */
const monthly = probit(1 - 1 / (30 * window) / 2);

/** Median of the last day, and 1.4826 times the median absolute deviation from it. */
export const rollingMedian: Contender = {
  name: 'rolling median/MAD',
  create() {
    const past = new LastDay();
    let seen = 0;
    let middle = 0;
    let spread = 0;
    return (_time, value) => {
      // Measured anew every two hours: it costs a sort, and moves slowly.
      if (past.values.length === window && seen++ % 24 === 0) {
        middle = medianSorted(past.sorted);
        spread = 1.4826 * medianSorted(past.sorted.map((v) => Math.abs(v - middle)).sort((a, b) => a - b));
      }
      const found = past.values.length === window && Math.abs(value - middle) > monthly * spread;
      past.add(value);
      return found;
    };
  },
};

/** Mean and standard deviation of the last day. */
export const windowedGaussian: Contender = {
  name: 'windowed Gaussian',
  create() {
    const past: number[] = [];
    let sum = 0;
    let squares = 0;
    return (_time, value) => {
      let found = false;
      if (past.length === window) {
        const mean = sum / window;
        found = Math.abs(value - mean) > monthly * Math.sqrt(Math.max(0, squares / window - mean * mean));
        const oldest = past.shift()!;
        sum -= oldest;
        squares -= oldest * oldest;
      }
      past.push(value);
      sum += value;
      squares += value * value;
      return found;
    };
  },
};
