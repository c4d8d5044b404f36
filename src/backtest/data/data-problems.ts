import type { ErrorCode } from '../../shared/errors.ts';

/** Something in a file that was left out. */
export interface DataProblem {
  line: number;
  code: ErrorCode;
  /** A sentence that says what is wrong. */
  reason: string;
}

/** How many are written out; all are counted. */
const shown = 20;

/** What was left out of a file: how often for which reason, and the first ones with their lines. */
export class DataProblems {
  readonly #counts = new Map<ErrorCode, number>();
  readonly first: DataProblem[] = [];

  add(line: number, code: ErrorCode, reason: string): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    if (this.first.length < shown) this.first.push({ line, code, reason });
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** By code, in the order of the alphabet. */
  get counts(): Partial<Record<ErrorCode, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
