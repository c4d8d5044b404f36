import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { appendAll } from './entries.ts';

test('a reader in another thread follows the journal and is woken by each commit', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-thread-'));
  const writer = await openJournalWriter({ dir, segmentBytes: 5000, keepMs: 0, log: pino({ level: 'silent' }) });
  const count = 3000;
  const worker = new Worker(new URL('./read-in-thread.ts', import.meta.url), {
    workerData: { dir, progress: writer.progress, count },
  });
  const read: [number, number][] = [];
  worker.on('message', (entries: [number, number][]) => read.push(...entries));
  // One by one: the next is appended once the thread has read the one before, which it waits for with a long limit.
  for (let at = 0; at < 50; at++) {
    await appendAll(writer, [{ kind: 'tick', at }]);
    while (read.length <= at) await once(worker, 'message');
  }
  for (let at = 50; at < count; at += 50) {
    await appendAll(
      writer,
      [...Array(50).keys()].map((index) => ({ kind: 'tick', at: at + index })),
    );
  }
  await once(worker, 'exit');
  expect(read).toEqual([...Array(count).keys()].map((index) => [index, index]));
  await writer.close();
  await rm(dir, { recursive: true });
});
