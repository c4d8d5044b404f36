import type { Sample } from '../../model/sample.ts';
import { csvSamples } from './csv-samples.ts';
import type { DataOptions } from './data-options.ts';
import type { DataReport } from './data-report.ts';
import { ndjsonSamples } from './ndjson-samples.ts';
import { openText } from './open-text.ts';

/**
 * The samples of a file, in the order in which they stand there. What the file is, is seen from its first character:
 * JSON begins with a bracket, and a line of column names does not.
 * @throws TocsinError DATA_UNREADABLE, DATA_INVALID.
 */
export async function* readData(file: string, options: DataOptions, report: DataReport): AsyncGenerator<Sample[]> {
  const pieces = openText(file);
  let head = '';
  for (;;) {
    const { value, done } = await pieces.next();
    if (done) break;
    head += value;
    if (head.trim() !== '') break;
  }
  const read = /^\s*[{[]/.test(head) ? ndjsonSamples : csvSamples;
  yield* read(withHead(head, pieces), options, report);
}

async function* withHead(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}
