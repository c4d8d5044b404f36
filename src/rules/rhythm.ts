import type { CellPlan } from './cells.ts';

/**
 * Until a device has come often enough to have a rhythm, it is not silent before this: some report every six hours.
 * Default of this project.
 */
export const untoldMs = 7 * 3_600_000;
/** So many distances between reports are looked at. */
const most = 8;
/** So many must be known before they say anything. */
const enough = 3;

/** Cells from the first one: the usual distance, how many distances are known, and these, the oldest first. */
const usual = 0;
const count = 1;
const first = 2;

/**
 * How often a device usually reports, learnt from the last distances between its reports: the second longest of them, so
 * that one outage is not taken for the rhythm, nor a burst of fast reports. It lies in the cells of the device.
 */
export class Rhythm {
  readonly #cells: number[];
  readonly #at: number;

  /** @param at place of its first cell. */
  constructor(cells: number[], at: number) {
    this.#cells = cells;
    this.#at = at;
  }

  /** Takes its places. @returns the first one. */
  static plan(plan: CellPlan): number {
    return plan.take(Number.NaN, 0, ...new Array<number>(most).fill(0));
  }

  /** @param distanceMs since the report before; several that came at one time are one report. */
  take(distanceMs: number): void {
    if (!(distanceMs > 0)) return;
    this.restore([...this.state(), distanceMs]);
  }

  /** The usual distance between two reports, milliseconds; null while it is not known. */
  get usualMs(): number | null {
    const usualMs = this.#cells[this.#at + usual]!;
    return Number.isNaN(usualMs) ? null : usualMs;
  }

  /** The last distances, the oldest first. */
  state(): number[] {
    const from = this.#at + first;
    return this.#cells.slice(from, from + this.#cells[this.#at + count]!);
  }

  restore(all: readonly number[]): void {
    const [cells, at] = [this.#cells, this.#at];
    const distances = all.slice(-most);
    for (let i = 0; i < distances.length; i++) cells[at + first + i] = distances[i]!;
    cells[at + count] = distances.length;
    cells[at + usual] = distances.length < enough ? Number.NaN : distances.sort((a, b) => b - a)[1]!;
  }
}
