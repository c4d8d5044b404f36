/** Rows in one statement. A row has at most 15 columns and a statement may have 32,766 values. */
const rowsAtOnce = 500;
/** Beyond it, a larger statement saves nothing any more. */
const mostInFixed = 128;

/** Takes a list apart into pieces that one statement can hold. */
export function* inParts<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) yield rows.slice(start, start + rowsAtOnce);
}

/** The same into pieces of few different lengths, powers of two, so that there are few statements to prepare. */
export function* inFixedParts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; ) {
    const left = rows.length - start;
    const length = left >= mostInFixed ? mostInFixed : 2 ** Math.floor(Math.log2(left));
    yield rows.slice(start, start + length);
    start += length;
  }
}
