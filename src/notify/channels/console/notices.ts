import { addFeed } from '../../../store/feed.ts';
import { insertAll } from '../../../store/insert-all.ts';
import type { StoreOrTransaction } from '../../../store/open.ts';
import type { NewRow } from '../../../store/schema.ts';

export type NewNotice = Omit<NewRow<'notice'>, 'seq' | 'readAt'> & { gridId: string };

/**
 * The console channel: notices are written at once, in the transaction of what they tell, since the console reads the
 * same store. The feed brings each to the person whose it is.
 */
export async function addNotices(tx: StoreOrTransaction, notices: readonly NewNotice[]): Promise<void> {
  const rows = notices.map(({ gridId: _, ...notice }) => ({ ...notice, readAt: null }));
  await insertAll(tx, 'notice', rows, { ifNew: true });
  await addFeed(
    tx,
    ...notices.map(({ id, personId, gridId, at }) => ({ kind: 'notice' as const, ref: id, gridId, personId, at })),
  );
}
