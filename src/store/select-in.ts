import type { StoreOrTransaction } from './open.ts';
import type { Database, Row } from './schema.ts';

/** Few different lengths of list, so that prepared statements are used again. */
const keysAtOnce = 100;

/** All rows of `table` whose `column` is one of `keys`, in no order. */
export async function selectIn<T extends keyof Database, C extends keyof Row<T> & string>(
  db: StoreOrTransaction,
  table: T,
  column: C,
  keys: readonly Row<T>[C][],
): Promise<Row<T>[]> {
  const rows: Row<T>[] = [];
  for (let start = 0; start < keys.length; start += keysAtOnce) {
    const part = keys.slice(start, start + keysAtOnce);
    const query = db
      .selectFrom(table as 'alarm')
      .selectAll()
      .where(column as 'id', 'in', part as string[]);
    rows.push(...((await query.execute()) as unknown as Row<T>[]));
  }
  return rows;
}
