import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { embeddedPartition } from './partition-of.ts';
import type { JournalWriter } from './port.ts';

const everyMs = 60_000;

interface Consumer {
  /** `offset`: a restart of the consumer reads from here. */
  status(): Promise<{ offset: number }>;
}

/** Frees what every consumer has read and the retention allows, once a minute; `stop()` ends it. */
export function keepJournalShort(journal: JournalWriter, consumers: readonly Consumer[], log: Logger): Repeating {
  return new Repeating('trimming the journal', everyMs, log, async () => {
    const offsets = await Promise.all(consumers.map(async (consumer) => (await consumer.status()).offset));
    await journal.trim(embeddedPartition, Math.min(...offsets));
  });
}
