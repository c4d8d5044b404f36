/** Rows in one statement. A row has at most 15 columns and a statement may have 32,766 values. */
const rowsAtOnce = 500;

/** Takes a list apart into pieces that one statement can hold. */
export function* inParts<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) yield rows.slice(start, start + rowsAtOnce);
}
