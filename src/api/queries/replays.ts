import type { ReplayJudged, ReplayWritten } from '../../model/replay.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { Replay } from '../contract.ts';

/** Replays, the newest first. */
export async function findReplays(
  db: StoreOrTransaction,
  filter: { id?: number; limit?: number } = {},
): Promise<Replay[]> {
  let query = db
    .selectFrom('replay')
    .leftJoin('person', 'person.id', 'replay.byPersonId')
    .selectAll('replay')
    .select('person.name as byName')
    .orderBy('replay.id', 'desc')
    .limit(filter.limit ?? 1);
  if (filter.id !== undefined) query = query.where('replay.id', '=', filter.id);
  return (await query.execute()).map((row) => ({
    id: row.id,
    deviceId: row.deviceId,
    deviceType: row.deviceType,
    from: row.fromAt,
    dryRun: row.dryRun === 1,
    requestedAt: row.requestedAt,
    by: row.byPersonId ? { id: row.byPersonId, name: row.byName ?? row.byPersonId } : null,
    state: row.state,
    readEntries: row.readEntries,
    toRead: row.toRead,
    finishedAt: row.finishedAt,
    judged: row.judgedJson === null ? null : (JSON.parse(row.judgedJson) as ReplayJudged),
    written: row.writtenJson === null ? null : (JSON.parse(row.writtenJson) as ReplayWritten),
    error: row.error,
  }));
}
