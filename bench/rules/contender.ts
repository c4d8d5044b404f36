import type { Reading } from './series.ts';

/** What judges readings, and is measured. Asynchronous where the package that it is made of is. */
export interface Contender {
  take(reading: Reading): void | Promise<void>;
  /** Readings of the series from one up to another are next, where a contender can make use of it. */
  lookAhead?(from: number, until: number): void;
  /** Alarms raised and ended so far, so that nothing can be left out unseen. */
  readonly changes: number;
  close?(): Promise<void>;
}

/** Reads a limit of the three rules once for all who write them by hand. */
export const limits = {
  highCm: 15,
  highForMs: 120_000,
  highClearCm: 10,
  meanCm: 12,
  meanOverMs: 600_000,
  nOf: { above: 20, least: 3, of: 5 },
};
