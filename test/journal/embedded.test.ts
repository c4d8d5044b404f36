import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openJournalReader } from '../../src/journal/reader.ts';
import { type EmbeddedJournalWriter, openJournalWriter } from '../../src/journal/writer.ts';
import { journalContract } from './contract.ts';

const log = pino({ level: 'silent' });

journalContract('the embedded engine', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-journal-'));
  return {
    openWriter: (options) => openJournalWriter({ dir, log, ...options }),
    openReader: (writer, partition) =>
      openJournalReader({ dir, partition, progress: (writer as EmbeddedJournalWriter).progress }),
    dispose: () => rm(dir, { recursive: true }),
  };
});
