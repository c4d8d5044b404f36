import { runFixed } from './fixed-statement.ts';
import { inFixedParts } from './in-parts.ts';
import type { StoreOrTransaction } from './open.ts';
import { columnsOf, valuesOf, wholeRows } from './row-values.ts';
import type { Database, Row } from './schema.ts';

/**
 * Inserts the rows whose `key` is new and writes `columns` of the others, a few statements for all of them. A row may
 * come once only.
 */
export async function upsertAll<T extends keyof Database, C extends keyof Row<T> & string>(
  db: StoreOrTransaction,
  table: T,
  key: C,
  columns: readonly C[],
  rows: readonly Row<T>[],
): Promise<void> {
  const all = columnsOf(rows as readonly object[]);
  for (const part of inFixedParts(rows as readonly object[])) {
    const name = `upsert ${table} ${all} ${part.length} ${key} ${columns}`;
    await runFixed(db, name, valuesOf(part, all), () =>
      db
        .insertInto(table)
        .values(wholeRows(part, all) as never)
        .onConflict((conflict) =>
          conflict
            .column(key as never)
            .doUpdateSet(
              (e) =>
                Object.fromEntries(columns.map((column) => [column, e.ref(`excluded.${column}` as never)])) as never,
            ),
        ),
    );
  }
}
