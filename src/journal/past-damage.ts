import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { JournalReader } from './port.ts';

/**
 * A reader that goes on behind entries that are damaged or missing, and says so in the log: a consumer that stands
 * still for ever would be worse than a hole that everyone is told of.
 */
export function pastDamage(reader: JournalReader, log: Logger): JournalReader {
  let known: { offset: number; next: number } | null = null;
  return {
    start: () => reader.start(),
    end: () => reader.end(),
    offsetAt: (receivedAt) => reader.offsetAt(receivedAt),
    close: () => reader.close(),
    async read(offset, max, waitMs, signal) {
      let from = offset;
      for (;;) {
        // Until something comes behind it, a hole at the end is asked for again and again.
        if (known !== null && from >= known.offset && from < known.next) from = known.next;
        try {
          return await reader.read(from, max, waitMs, signal);
        } catch (error) {
          if (!(error instanceof TocsinError) || error.code !== 'JOURNAL_DAMAGED') throw error;
          known = { offset: from, next: Number(error.detail.next) };
          log.error({ err: error, from, to: known.next - 1 }, 'entries of the journal are lost; going on behind them');
        }
      }
    },
  };
}
