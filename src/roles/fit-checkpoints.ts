import type { JournalWriter } from '../journal/port.ts';
import type { Logger } from '../shared/logger.ts';
import { leastCheckpoint, takeBackCheckpoints } from '../store/checkpoint.ts';
import type { Store } from '../store/open.ts';

/**
 * Makes the consumers' offsets fit a journal that ends before them or begins behind them, and says what is missing:
 * files were deleted, or put back from an older copy. Between opening the journal and the first new entry.
 */
export async function fitCheckpoints(journal: JournalWriter, store: Store, log: Logger): Promise<void> {
  for (let partition = 0; partition < journal.partitions; partition++) {
    const [start, end] = [journal.start(partition), journal.end(partition)];
    const wanted = await leastCheckpoint(store, partition);
    if (wanted !== null && wanted < start) {
      journal.miss(partition, wanted, start);
      log.error(
        { partition, start, wanted },
        'the journal begins behind what is still to be read; entries are missing',
      );
    }
    const checkpoint = await takeBackCheckpoints(store, partition, end);
    if (checkpoint !== null) {
      journal.miss(partition, end, checkpoint);
      log.error(
        { partition, end, checkpoint },
        'the journal ends before a checkpoint: entries are missing; its consumers go on from its end',
      );
    }
  }
}
