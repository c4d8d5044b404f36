import type { ChannelLog } from '../channel-log.ts';
import { addExact, addProduct, asDecimal, centred } from '../exact.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import { Summed } from './summed.ts';

/** Times are counted from here, so that their squares keep all their digits; milliseconds since the epoch. */
const origin = 1_700_000_000_000;

/** Places of the sums, of times, values, their squares and their product, and of the number of readings. */
const x = 0;
const y = 2;
const xx = 4;
const yy = 6;
const xy = 8;
const n = 10;
const size = 11;

/**
 * Squares of deviations that add up to less are what readings that have left the window leave behind in the last digits
 * of the sums. Which ones depends on the order of arrival, and on how often the window was asked.
 */
const leastSquares = 1e-14;

/** The straight line that fits the readings best, by least squares. */
export class Line extends Summed {
  constructor(plan: PartPlan) {
    super(plan, size);
  }

  protected override add(cells: number[], from: number, log: ChannelLog, position: number, sign: 1 | -1): void {
    const at = log.timeAt(position) - origin;
    const value = log.valueAt(position);
    addExact(cells, from + x, sign * at);
    addExact(cells, from + y, sign * value);
    addProduct(cells, from + xx, sign * at, at);
    addProduct(cells, from + yy, sign * value, value);
    addProduct(cells, from + xy, sign * at, value);
    cells[from + n]! += sign;
  }

  /** Change per second; NaN with fewer than two readings. Readings that are all the same lie on a level line. */
  slope(memory: WindowMemory): number {
    const cells = memory.partCells!;
    const { from } = this;
    if (cells[from + n]! < 2) return Number.NaN;
    if (centredAt(cells, from, yy, y, y) < leastSquares) return 0;
    return (1000 * centredAt(cells, from, xy, x, y)) / centredAt(cells, from, xx, x, x);
  }

  /** Share of the readings' variance that the line explains, 0 to 1; readings that are all the same lie on it. */
  fit(memory: WindowMemory): number {
    const cells = memory.partCells!;
    const { from } = this;
    if (cells[from + n]! < 2) return Number.NaN;
    const along = centredAt(cells, from, xy, x, y);
    const values = centredAt(cells, from, yy, y, y);
    if (values < leastSquares) return 1;
    return Math.min(1, asDecimal((along * along) / (values * centredAt(cells, from, xx, x, x)), 1));
  }
}

function centredAt(cells: readonly number[], from: number, ab: number, a: number, b: number): number {
  return centred(cells, cells[from + n]!, from + ab, from + a, from + b);
}
