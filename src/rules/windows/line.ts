import type { ChannelLog } from '../channel-log.ts';
import { addExact, addProduct, centred } from '../exact.ts';
import type { WindowPart } from './part.ts';

/** Times are counted from here, so that their squares keep all their digits; milliseconds since the epoch. */
const origin = 1_700_000_000_000;

/** Places of the sums: of times, values, their squares and their product. */
const x = 0;
const y = 2;
const xx = 4;
const yy = 6;
const xy = 8;

/**
 * Squares of deviations that add up to less are what readings that have left the window leave behind in the last digits
 * of the sums: which ones depends on the order of arrival.
 */
const leastSquares = 1e-14;

/** The straight line that fits the readings best, by least squares. */
export class Line implements WindowPart {
  readonly #cells = new Array<number>(10).fill(0);
  #count = 0;

  take(log: ChannelLog, position: number): void {
    this.#add(log.timeAt(position) - origin, log.valueAt(position), 1);
  }

  leave(log: ChannelLog, position: number): void {
    this.#add(log.timeAt(position) - origin, log.valueAt(position), -1);
  }

  #add(at: number, value: number, sign: 1 | -1): void {
    addExact(this.#cells, x, sign * at);
    addExact(this.#cells, y, sign * value);
    addProduct(this.#cells, xx, sign * at, at);
    addProduct(this.#cells, yy, sign * value, value);
    addProduct(this.#cells, xy, sign * at, value);
    this.#count += sign;
  }

  clear(): void {
    this.#cells.fill(0);
    this.#count = 0;
  }

  /** Change per second; NaN with fewer than two readings. */
  slope(): number {
    if (this.#count < 2) return Number.NaN;
    return (1000 * centred(this.#cells, this.#count, xy, x, y)) / centred(this.#cells, this.#count, xx, x, x);
  }

  /** Share of the readings' variance that the line explains, 0 to 1; readings that are all the same lie on it. */
  fit(): number {
    if (this.#count < 2) return Number.NaN;
    const along = centred(this.#cells, this.#count, xy, x, y);
    const values = centred(this.#cells, this.#count, yy, y, y);
    if (values < leastSquares) return 1;
    return Math.min(1, (along * along) / (values * centred(this.#cells, this.#count, xx, x, x)));
  }
}
