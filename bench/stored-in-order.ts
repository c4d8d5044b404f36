import { openJournalReader } from '../src/journal/reader.ts';
import { openJournalWriter } from '../src/journal/writer.ts';
import { dataFiles } from '../src/settings/data-files.ts';
import { createLogger } from '../src/shared/logger.ts';

const timeAt = '{"time":'.length;

/**
 * How many messages of each device a stopped Tocsin has in its journal, counted from the first up to the first that is
 * missing; the n-th was measured n milliseconds after `firstTime`.
 */
export async function storedInOrder(dataDir: string, firstTime: number): Promise<Map<string, number>> {
  const { journal: dir } = dataFiles({ dataDir });
  const log = createLogger('error');
  // The writer finds the end.
  const writer = await openJournalWriter({ dir, segmentBytes: 67_108_864, keepMs: Number.MAX_SAFE_INTEGER, log });
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  const stored = new Map<string, number>();
  const { signal } = new AbortController();
  for (let offset = reader.start(); offset < reader.end(); ) {
    const entries = await reader.read(offset, 5000, 0, signal);
    for (const { entry } of entries) {
      if (entry.kind !== 'frame') continue;
      const { deviceId, payload } = entry.frame;
      const time = Number(Buffer.from(payload).toString('latin1', timeAt, timeAt + 13));
      const next = stored.get(deviceId) ?? 0;
      if (time - firstTime === next) stored.set(deviceId, next + 1);
    }
    offset += entries.length;
  }
  await reader.close();
  await writer.close();
  return stored;
}
