import type { JournalWriter } from '../journal/port.ts';
import type { Logger } from '../shared/logger.ts';
import type { ConsumerStatus } from './messages.ts';
import { Repeating } from './repeating.ts';

/** The embedded journal has one partition. */
const partition = 0;
const everyMs = 60_000;

interface Consumer {
  status(): Promise<ConsumerStatus>;
}

/** Frees what every consumer has read and the retention allows, once a minute. */
export function keepJournalShort(journal: JournalWriter, consumers: readonly Consumer[], log: Logger): Repeating {
  return new Repeating('trimming the journal', everyMs, log, async () => {
    const offsets = await Promise.all(consumers.map(async (consumer) => (await consumer.status()).offset));
    await journal.trim(partition, Math.min(...offsets));
  });
}
