import { runFixed } from '../../store/fixed-statement.ts';
import { inFixedParts } from '../../store/in-parts.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { Notice } from '../contract.ts';

/** What one person was told, the newest first. */
export async function findNotices(
  db: StoreOrTransaction,
  filter: {
    personId?: string;
    seqs?: readonly number[];
    before?: number | undefined;
    unread?: boolean;
    limit?: number;
  },
): Promise<(Notice & { id: string })[]> {
  let query = selectNotices(db).orderBy('seq', 'desc');
  if (filter.personId) query = query.where('personId', '=', filter.personId);
  if (filter.seqs) query = query.where('seq', 'in', [...filter.seqs]);
  if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
  if (filter.unread) query = query.where('readAt', 'is', null);
  if (filter.limit) query = query.limit(filter.limit);
  return await query.execute();
}

/** Those with these ids, in no order. */
export async function noticesWithIds(
  db: StoreOrTransaction,
  ids: readonly string[],
): Promise<(Notice & { id: string })[]> {
  const found: (Notice & { id: string })[] = [];
  for (const part of inFixedParts(ids)) {
    const name = `notices shown ${part.length}`;
    found.push(...(await runFixed(db, name, part, () => selectNotices(db).where('id', 'in', [...part]))));
  }
  return found;
}

function selectNotices(db: StoreOrTransaction) {
  return db.selectFrom('notice').select(['seq', 'id', 'caseId', 'alarmId', 'reason', 'at', 'readAt']);
}
