import { inParts } from './in-parts.ts';
import type { StoreOrTransaction } from './open.ts';
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
  for (const part of inParts(rows)) {
    const insert = db.insertInto(table).values(part as never);
    await (ifNew ? insert.onConflict((conflict) => conflict.doNothing()) : insert).execute();
  }
}
