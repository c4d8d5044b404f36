/** Every column that one of the rows has. */
export function columnsOf(rows: readonly object[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) for (const column in row) columns.add(column);
  return [...columns];
}

/** The values of rows as parameters of an insert, row by row; what a row does not have is null. */
export function valuesOf(rows: readonly object[], columns: readonly string[]): unknown[] {
  const values: unknown[] = [];
  for (const row of rows)
    for (const column of columns) values.push((row as Readonly<Record<string, unknown>>)[column] ?? null);
  return values;
}

/** Rows that have every column, so that the statement made of them has a parameter for each. */
export function wholeRows(rows: readonly object[], columns: readonly string[]): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.map((column) => [column, (row as Readonly<Record<string, unknown>>)[column] ?? null] as const),
    ),
  );
}
