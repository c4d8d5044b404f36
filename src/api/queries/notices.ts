import type { StoreOrTransaction } from '../../store/open.ts';
import type { Notice } from '../contract.ts';

/** What one person was told, the newest first. */
export async function findNotices(
  db: StoreOrTransaction,
  filter: {
    personId?: string;
    ids?: readonly string[];
    seqs?: readonly number[];
    before?: number | undefined;
    unread?: boolean;
    limit?: number;
  },
): Promise<(Notice & { id: string })[]> {
  let query = db
    .selectFrom('notice')
    .select(['seq', 'id', 'caseId', 'alarmId', 'reason', 'at', 'readAt'])
    .orderBy('seq', 'desc');
  if (filter.personId) query = query.where('personId', '=', filter.personId);
  if (filter.ids) query = query.where('id', 'in', [...filter.ids]);
  if (filter.seqs) query = query.where('seq', 'in', [...filter.seqs]);
  if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
  if (filter.unread) query = query.where('readAt', 'is', null);
  if (filter.limit) query = query.limit(filter.limit);
  return await query.execute();
}
