import type { ChannelLog } from '../channel-log.ts';
import type { WindowMemory, WindowPlan } from './memory.ts';

/** Cells from the first one: since when readings are noted; the least and greatest of these, and of those before. */
const since = 0;
const now = 1;
const before = 3;
const low = 0;
const high = 1;
const size = 5;

/** What a sum of decimals, or a mean of them, may lie beyond its bounds by rounding, as a part of them. */
const rounding = 1e-9;

/**
 * Between which values the readings of a window lie, and how many there are at most: of between one and two spans, so
 * that it costs two comparisons a reading. Most conditions at most times cannot be true within these bounds, and what a
 * window says exactly need not be known.
 */
export class Band {
  readonly #spanMs: number;
  readonly #from: number;
  /** Where the numbers of readings are, of these and of those before; -1 where nobody asks. */
  #counts = -1;

  constructor(spanMs: number, plan: WindowPlan) {
    this.#spanMs = spanMs;
    this.#from = plan.take(...new Array<number>(size).fill(0));
  }

  /** To be called when a rule is compiled that asks how many there are. */
  keepCount(plan: WindowPlan): void {
    if (this.#counts < 0) this.#counts = plan.take(0, 0);
  }

  /** A reading that is newer than all others. */
  take({ cells }: WindowMemory, at: number, value: number): void {
    const from = this.#from;
    if (at - cells[from + since]! > this.#spanMs) this.#turn(cells, at);
    widen(cells, from + now, value, value);
    if (this.#counts >= 0) cells[this.#counts]!++;
  }

  #turn(cells: number[], at: number): void {
    const from = this.#from;
    cells[from + since] = at;
    cells[from + before + low] = cells[from + now + low]!;
    cells[from + before + high] = cells[from + now + high]!;
    empty(cells, from + now);
    if (this.#counts < 0) return;
    cells[this.#counts + 1] = cells[this.#counts]!;
    cells[this.#counts] = 0;
  }

  /** Looks at the log anew. */
  rebuild({ cells }: WindowMemory, log: ChannelLog): void {
    const from = this.#from;
    empty(cells, from + now);
    empty(cells, from + before);
    // All of the log counts until a reading comes whose window begins after the newest one.
    cells[from + since] = log.length > 0 ? log.timeAt(log.length - 1) : Number.NEGATIVE_INFINITY;
    let count = 0;
    for (let i = 0; i < log.length; i++) {
      const merged = log.mergedAt(i);
      count += merged?.count ?? 1;
      if (merged) widen(cells, from + before, merged.min, merged.max);
      else widen(cells, from + before, log.valueAt(i), log.valueAt(i));
    }
    if (this.#counts < 0) return;
    cells[this.#counts] = 0;
    cells[this.#counts + 1] = count;
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

  /** There are no more readings; see `keepCount`. */
  most({ cells }: WindowMemory): number {
    return cells[this.#counts]! + cells[this.#counts + 1]!;
  }
}

function empty(cells: number[], place: number): void {
  cells[place + low] = Number.POSITIVE_INFINITY;
  cells[place + high] = Number.NEGATIVE_INFINITY;
}

function widen(cells: number[], place: number, least: number, greatest: number): void {
  if (least < cells[place + low]!) cells[place + low] = least;
  if (greatest > cells[place + high]!) cells[place + high] = greatest;
}
