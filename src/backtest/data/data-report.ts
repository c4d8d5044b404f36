import type { Text } from '../../model/text.ts';
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
  /** Headers of the columns of all files, and names in lines with one channel each that the command line knows. */
  readonly headers = new Set<string>();
  readonly #notes = new Map<string, Text>();

  /** Notes what was guessed or left aside; the same again changes nothing. */
  note(text: Text): void {
    this.#notes.set(text.en, text);
  }

  get notes(): Text[] {
    return [...this.#notes.values()];
  }
}
