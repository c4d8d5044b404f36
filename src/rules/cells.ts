/**
 * What the rules know of a device is numbers in one plain array, its cells: each rule gets its places when it is
 * compiled. So the state of a device is small and lies together, a copy of it is a copy of numbers, and a checkpoint
 * writes only those that are not as at the beginning. All are finite: JSON has neither NaN nor infinity.
 */

/** A time before all others, for cells; milliseconds since the epoch. */
export const longAgo = -8.64e15;

/** Gives out the places. */
export class CellPlan {
  /** What each cell is at the beginning. */
  readonly initial: number[] = [];

  get size(): number {
    return this.initial.length;
  }

  /** @returns the first of as many places as there are values, which the cells have at the beginning. */
  take(...values: readonly number[]): number {
    const place = this.initial.length;
    this.initial.push(...values);
    return place;
  }
}

/**
 * Cells as they are at the beginning. Numbers of floating point throughout, which V8 keeps without a box each; and an
 * array made by `slice` has no room for more.
 */
export function newCells(initial: readonly number[]): number[] {
  return [0.5, ...initial].slice(1);
}

/** Room for so many numbers of floating point, which V8 keeps without a box each. */
export function roomFor(numbers: number): number[] {
  return new Array<number>(numbers).fill(0.5);
}

/** Puts places back to what they are at the beginning: from, and up to but without. */
export function resetCells(cells: number[], initial: readonly number[], from: number, to: number): void {
  for (let i = from; i < to; i++) cells[i] = initial[i]!;
}

/** Cells that are not as at the beginning: place, value, place, value … */
export function packCells(cells: readonly number[], initial: readonly number[]): number[] {
  const packed: number[] = [];
  for (let i = 0; i < cells.length; i++) if (cells[i] !== initial[i]) packed.push(i, cells[i]!);
  return packed.slice();
}

/** The cells that were packed. */
export function unpackCells(packed: readonly number[], initial: readonly number[]): number[] {
  const cells = newCells(initial);
  for (let i = 0; i < packed.length; i += 2) cells[packed[i]!] = packed[i + 1]!;
  return cells;
}

/** Whether two packs say the same. */
export function samePack(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
