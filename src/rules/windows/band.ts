import type { ChannelLog } from '../channel-log.ts';
import type { WindowMemory, WindowPlan } from './memory.ts';

/** Cells from the first one: since when readings are noted here; of these and of those before, least, greatest, number. */
const since = 0;
const now = 1;
const before = 4;
const low = 0;
const high = 1;
const count = 2;
const size = 7;

/** What a sum of decimals, or a mean of them, may lie beyond its bounds by rounding, as a part of them. */
const rounding = 1e-9;

/**
 * Between which values the readings of a window lie, and how many there are at most: of between one and two spans, so
 * that it costs a comparison a reading. Most conditions at most times cannot be true within these bounds, and what a
 * window says exactly need not be known.
 */
export class Band {
  readonly #spanMs: number;
  readonly #from: number;

  constructor(spanMs: number, plan: WindowPlan) {
    this.#spanMs = spanMs;
    this.#from = plan.take(...new Array<number>(size).fill(0));
  }

  /** A reading that is newer than all others. */
  take({ cells }: WindowMemory, at: number, value: number): void {
    const from = this.#from;
    if (at - cells[from + since]! > this.#spanMs) {
      cells[from + since] = at;
      for (let i = 0; i < before - now; i++) cells[from + before + i] = cells[from + now + i]!;
      empty(cells, from + now);
    }
    widen(cells, from + now, value, value, 1);
  }

  /** Looks at the log anew. */
  rebuild({ cells }: WindowMemory, log: ChannelLog): void {
    const from = this.#from;
    empty(cells, from + now);
    empty(cells, from + before);
    // What comes next may be as far from the newest reading as the span before it lies behind.
    cells[from + since] = log.length > 0 ? log.timeAt(log.length - 1) : Number.NEGATIVE_INFINITY;
    for (let i = 0; i < log.length; i++) {
      const merged = log.mergedAt(i);
      if (merged) widen(cells, from + before, merged.min, merged.max, merged.count);
      else widen(cells, from + before, log.valueAt(i), log.valueAt(i), 1);
    }
  }

  /** No reading is less; NaN where there is none. */
  low({ cells }: WindowMemory): number {
    const least = Math.min(cells[this.#from + now + low]!, cells[this.#from + before + low]!);
    return least - rounding * Math.abs(least);
  }

  /** No reading is greater. */
  high({ cells }: WindowMemory): number {
    const greatest = Math.max(cells[this.#from + now + high]!, cells[this.#from + before + high]!);
    return greatest + rounding * Math.abs(greatest);
  }

  /** There are no more readings. */
  most({ cells }: WindowMemory): number {
    return cells[this.#from + now + count]! + cells[this.#from + before + count]!;
  }
}

function empty(cells: number[], place: number): void {
  cells[place + low] = Number.POSITIVE_INFINITY;
  cells[place + high] = Number.NEGATIVE_INFINITY;
  cells[place + count] = 0;
}

function widen(cells: number[], place: number, least: number, greatest: number, readings: number): void {
  if (least < cells[place + low]!) cells[place + low] = least;
  if (greatest > cells[place + high]!) cells[place + high] = greatest;
  cells[place + count]! += readings;
}
