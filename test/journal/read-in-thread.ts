import { parentPort, workerData } from 'node:worker_threads';
import { openJournalReader } from '../../src/journal/reader.ts';

/** Worker of thread.test.ts: follows the journal and says what it has read, until it has read `count` entries. */
const { dir, progress, count } = workerData as { dir: string; progress: SharedArrayBuffer; count: number };
const reader = await openJournalReader({ dir, partition: 0, progress });
let offset = 0;
while (offset < count) {
  const entries = await reader.read(offset, 1000, 60_000, new AbortController().signal);
  offset += entries.length;
  parentPort!.postMessage(entries.map((one) => [one.offset, one.entry.kind === 'tick' ? one.entry.at : null]));
}
await reader.close();
