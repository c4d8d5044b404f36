import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry, StoredEntry } from '../../src/journal/port.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { appendAll, never, someEntry } from './entries.ts';

test('entries read one by one as they come take the memory of what they are', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-journal-'));
  const writer = await openJournalWriter({
    dir,
    segmentBytes: 2 ** 20,
    keepMs: 3_600_000,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(async () => {
    await writer.close();
    await rm(dir, { recursive: true });
  });
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  onTestFinished(() => reader.close());
  const before = process.memoryUsage().arrayBuffers;
  const written: Entry[] = [];
  const read: StoredEntry[] = [];
  for (let i = 0; i < 400; i++) {
    written.push(someEntry(i));
    await appendAll(writer, written.slice(-1));
    read.push(...(await reader.read(i, 10, 1_000, never)));
  }

  expect(read.map(({ entry }) => entry)).toEqual(written);
  // They are some 100 bytes each; held in a block of 64 kB each they were 26 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});
