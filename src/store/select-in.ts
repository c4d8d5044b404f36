import { runFixed } from './fixed-statement.ts';
import { inFixedParts } from './in-parts.ts';
import type { StoreOrTransaction } from './open.ts';
import type { Database, Row } from './schema.ts';

/** All rows of `table` whose `column` is one of `keys`, in no order. */
export async function selectIn<T extends keyof Database, C extends keyof Row<T> & string>(
  db: StoreOrTransaction,
  table: T,
  column: C,
  keys: readonly Row<T>[C][],
): Promise<Row<T>[]> {
  const rows: Row<T>[] = [];
  for (const part of inFixedParts(keys)) {
    const found = await runFixed(db, `select ${table} ${column} ${part.length}`, part, () =>
      db
        .selectFrom(table as 'alarm')
        .selectAll()
        .where(column as 'id', 'in', [...part] as string[]),
    );
    for (const row of found) rows.push(row as unknown as Row<T>);
  }
  return rows;
}
