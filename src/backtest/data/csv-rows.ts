import { Readable } from 'node:stream';
import papa from 'papaparse';

/** Rows of a CSV text, with the number of the line on which the first of them stands. */
export interface RowBatch {
  line: number;
  rows: string[][];
  delimiter: string;
}

/**
 * The rows of a CSV text, batch by batch; no more is read than is asked for. Comma, semicolon, tab and bar are told
 * apart by the line that names the columns: further down a comma may stand in a number.
 */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<RowBatch> {
  let pending: Pending | null = null;
  let ended: { error: Error | null } | null = null;
  let wake = () => {};
  const input = Readable.from(text, { objectMode: true, highWaterMark: 1 });
  papa.parse<string[]>(input, {
    delimiter: delimiterOf,
    chunk({ data, meta: { delimiter } }, parser) {
      parser.pause();
      pending = { rows: data, delimiter, resume: () => parser.resume() };
      wake();
    },
    complete() {
      ended = { error: null };
      wake();
    },
    error(error) {
      ended ??= { error };
      wake();
    },
  });
  let line = 1;
  try {
    for (;;) {
      if (!pending && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      // The compiler does not see that the callbacks above write here.
      const next = pending as Pending | null;
      const end = ended as { error: Error | null } | null;
      if (next) {
        pending = null;
        yield { line, rows: next.rows, delimiter: next.delimiter };
        line += next.rows.length;
        next.resume();
      } else if (end?.error) throw end.error;
      else if (end) return;
    }
  } finally {
    input.destroy();
  }
}

interface Pending {
  rows: string[][];
  delimiter: string;
  resume(): void;
}

const delimiters = [',', ';', '\t', '|'];

/** The one that stands most often, outside of quotation marks, in the first line that is neither empty nor a remark. */
function delimiterOf(text: string): string {
  const names = (/^(?!\uFEFF?\s*#)[^\r\n]*\S[^\r\n]*/m.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const times = (delimiter: string) => names.split(delimiter).length;
  return delimiters.reduce((best, one) => (times(one) > times(best) ? one : best));
}
