import { openJournalReader } from '../src/journal/reader.ts';
import { openJournalWriter } from '../src/journal/writer.ts';
import { dataFiles } from '../src/settings/data-files.ts';
import { createLogger } from '../src/shared/logger.ts';

/** Device and payload of every frame that a stopped Tocsin has in its journal. */
export async function framesInJournal(dataDir: string): Promise<Set<string>> {
  const { journal: dir } = dataFiles({ dataDir });
  const log = createLogger('error');
  // The writer finds the end.
  const writer = await openJournalWriter({ dir, segmentBytes: 67_108_864, keepMs: Number.MAX_SAFE_INTEGER, log });
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  const frames = new Set<string>();
  const { signal } = new AbortController();
  for (let offset = reader.start(); offset < reader.end(); ) {
    const entries = await reader.read(offset, 5000, 0, signal);
    for (const { entry } of entries) {
      if (entry.kind === 'frame') frames.add(`${entry.frame.deviceId} ${Buffer.from(entry.frame.payload)}`);
    }
    offset += entries.length;
  }
  await reader.close();
  await writer.close();
  return frames;
}
