import { inParts } from '../../store/in-parts.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { QuarantineCount, QuarantinedFrame, QuarantinedFrameDetail } from '../contract.ts';

const columns = ['id', 'deviceId', 'topic', 'via', 'receivedAt', 'code', 'reason', 'size', 'replayId'] as const;

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

/** How many frames went to quarantine, by device and reason, the last that did first. */
export async function countQuarantined(
  db: StoreOrTransaction,
  filter: { deviceId?: string | undefined; limit: number },
): Promise<QuarantineCount[]> {
  let query = db.selectFrom('quarantineCount').selectAll().orderBy('lastAt', 'desc').limit(filter.limit);
  if (filter.deviceId !== undefined) query = query.where('deviceId', '=', filter.deviceId);
  const counts = await query.execute();
  const kept = new Map<string, { kept: number; resolved: number }>();
  for (const part of inParts([...new Set(counts.map((row) => row.deviceId))])) {
    const rows = await db
      .selectFrom('quarantine')
      .select(['deviceId', 'code'])
      .select((e) => [e.fn.countAll<number>().as('kept'), e.fn.count<number>('replayId').as('resolved')])
      // What came from nobody known is not decoded again, so there is nothing to tell apart.
      .where('deviceId', 'in', part)
      .groupBy(['deviceId', 'code'])
      .execute();
    for (const row of rows) kept.set(`${row.deviceId} ${row.code}`, row);
  }
  return counts.map((row) => {
    const { kept: all, resolved } = kept.get(`${row.deviceId} ${row.code}`) ?? { kept: 0, resolved: 0 };
    return { ...row, deviceId: row.deviceId === '' ? null : row.deviceId, waiting: all - resolved, resolved };
  });
}
