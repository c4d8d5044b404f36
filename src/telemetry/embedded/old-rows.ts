import { rmSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { inOrder, type Readings } from './readings.ts';

/** Rows that are taken over in a step, some 10 ms. */
const rowsAStep = 5000;

interface Row {
  series: number;
  at: number;
  value: number;
}

/**
 * The readings of a file of layout 1, a row each, which are taken over into the present file bit by bit. How far that
 * has got stands in the present file, in the transaction that took the rows; what lies behind it is no longer read
 * here. Series have the same numbers in both. When all are taken, the old file is deleted, and its space is free at once.
 */
export class OldRows {
  readonly #file: string;
  readonly #old: SqliteDatabase.Database;
  readonly #saveCursor: SqliteDatabase.Statement<[number, number]>;
  readonly #next: SqliteDatabase.Statement<[number, number, number], Row>;
  readonly #range: SqliteDatabase.Statement<[number, number, number], Row>;
  readonly #newest: SqliteDatabase.Statement<[number], Row>;
  /** Everything up to this reading has been taken. */
  #cursor: { series: number; at: number };

  /** @param db the present file, whose table `taken` has the cursor */
  constructor(file: string, db: SqliteDatabase.Database) {
    this.#file = file;
    this.#old = new SqliteDatabase(file, { fileMustExist: true });
    this.#saveCursor = db.prepare('UPDATE taken SET series = ?, at = ?');
    this.#cursor = db.prepare<[], { series: number; at: number }>('SELECT series, at FROM taken').get()!;
    const select = 'SELECT series, at, value FROM reading';
    this.#next = this.#old.prepare(`${select} WHERE (series, at) > (?, ?) ORDER BY series, at LIMIT ?`);
    this.#range = this.#old.prepare(`${select} WHERE series = ? AND at >= ? AND at < ? ORDER BY at`);
    this.#newest = this.#old.prepare(`${select} WHERE series = ? ORDER BY at DESC LIMIT 1`);
  }

  range(series: number, from: number, to: number): Readings {
    return readingsOf(this.#range.all(series, from, to).filter((row) => !this.#isTaken(row)));
  }

  newestOf(series: number): { at: number; value: number } | null {
    const row = this.#newest.get(series);
    return row && !this.#isTaken(row) ? row : null;
  }

  /**
   * Within a transaction of the present file: hands the next rows to `take`, series by series, and moves the cursor.
   * @returns what to call when the transaction is committed: whether all rows have been taken
   */
  takeStep(take: (series: number, readings: Readings) => void): () => boolean {
    const rows = this.#next.all(this.#cursor.series, this.#cursor.at, rowsAStep);
    for (let start = 0; start < rows.length; ) {
      const { series } = rows[start]!;
      let end = start;
      while (rows[end]?.series === series) end += 1;
      take(series, readingsOf(rows.slice(start, end)));
      start = end;
    }
    const last = rows.at(-1) ?? this.#cursor;
    this.#saveCursor.run(last.series, last.at);
    return () => {
      this.#cursor = { series: last.series, at: last.at };
      return rows.length < rowsAStep;
    };
  }

  close(): void {
    this.#old.close();
  }

  delete(): void {
    this.#old.close();
    rmSync(this.#file, { force: true });
  }

  #isTaken({ series, at }: Row): boolean {
    return series < this.#cursor.series || (series === this.#cursor.series && at <= this.#cursor.at);
  }
}

function readingsOf(rows: readonly Row[]): Readings {
  return inOrder(
    Float64Array.from(rows, ({ at }) => at),
    Float64Array.from(rows, ({ value }) => value),
  );
}
