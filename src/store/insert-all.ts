import { runFixed } from './fixed-statement.ts';
import { inFixedParts } from './in-parts.ts';
import type { StoreOrTransaction } from './open.ts';
import { columnsOf, valuesOf, wholeRows } from './row-values.ts';
import type { Database, NewRow } from './schema.ts';

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
  const columns = columnsOf(rows);
  for (const part of inFixedParts(rows)) {
    const name = `insert ${table} ${columns} ${part.length} ${ifNew}`;
    await runFixed(db, name, valuesOf(part, columns), () => {
      const insert = db.insertInto(table).values(wholeRows(part, columns) as never);
      return ifNew ? insert.onConflict((conflict) => conflict.doNothing()) : insert;
    });
  }
}
