import type { JournalWriter } from '../journal/port.ts';
import type { Logger } from '../shared/logger.ts';
import { takeBackCheckpoints } from '../store/checkpoint.ts';
import type { Store } from '../store/open.ts';

/** Makes the consumers' offsets fit a journal that ends before them. Between opening it and the first new entry. */
export async function fitCheckpoints(journal: JournalWriter, store: Store, log: Logger): Promise<void> {
  for (let partition = 0; partition < journal.partitions; partition++) {
    const end = journal.end(partition);
    const checkpoint = await takeBackCheckpoints(store, partition, end);
    if (checkpoint !== null)
      log.warn(
        { partition, end, checkpoint },
        'the journal ends before a checkpoint; its consumers go on from its end',
      );
  }
}
