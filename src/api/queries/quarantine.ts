import type { StoreOrTransaction } from '../../store/open.ts';
import type { QuarantinedFrame, QuarantinedFrameDetail } from '../contract.ts';

const columns = ['id', 'deviceId', 'topic', 'via', 'receivedAt', 'code', 'reason', 'size'] as const;

/** Frames that could not be judged, the newest first. */
export async function findQuarantined(
  db: StoreOrTransaction,
  filter: { deviceId?: string | undefined; code?: string | undefined; before?: number | undefined; limit: number },
): Promise<QuarantinedFrame[]> {
  let query = db.selectFrom('quarantine').select(columns).orderBy('id', 'desc').limit(filter.limit);
  if (filter.deviceId) query = query.where('deviceId', '=', filter.deviceId);
  if (filter.code) query = query.where('code', '=', filter.code);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  return await query.execute();
}

/** One of them with its payload; null when it is not there. */
export async function findQuarantinedFrame(db: StoreOrTransaction, id: number): Promise<QuarantinedFrameDetail | null> {
  const row = await db
    .selectFrom('quarantine')
    .select([...columns, 'payload'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? { ...row, payload: Buffer.from(row.payload).toString('base64') } : null;
}
