import type { StoreOrTransaction } from './open.ts';
import type { Database, NewRow } from './schema.ts';

/** Rows in one statement. A row has at most 15 columns and a statement may have 32,766 values. */
const rowsAtOnce = 500;

/**
 * Inserts any number of rows, a few statements for all of them.
 * @param ifNew leave out rows whose key is there already, instead of failing.
 */
export async function insertAll<T extends keyof Database>(
  db: StoreOrTransaction,
  table: T,
  rows: readonly NewRow<T>[],
  { ifNew = false } = {},
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const part = db.insertInto(table).values(rows.slice(start, start + rowsAtOnce) as never);
    await (ifNew ? part.onConflict((conflict) => conflict.doNothing()) : part).execute();
  }
}
