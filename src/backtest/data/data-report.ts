import { DataProblems } from './data-problems.ts';

/** What reading the files of a backtest has found, beside samples. */
export class DataReport {
  readonly problems = new DataProblems();
  /** Lines with data on them. */
  lines = 0;
  /** Values of channels. */
  readings = 0;
  /** Whether any line says when it was received. */
  hasReceived = false;
  /** What was guessed or left aside, in sentences. */
  readonly notes = new Set<string>();
}
