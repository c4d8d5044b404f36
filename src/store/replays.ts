import type { ReplayJudged, ReplayWritten } from '../model/replay.ts';
import { TocsinError } from '../shared/errors.ts';
import { addAudit } from './audit.ts';
import type { StoreOrTransaction } from './open.ts';
import type { Row } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** What is to be decoded again, and who wants it. */
export interface ReplayRequest {
  /** Frames received from then on, milliseconds since the epoch. */
  fromAt: number;
  /** One device, or all of a type: exactly one of the two. */
  deviceId: string | null;
  deviceType: string | null;
  /** Only say what would be corrected. */
  dryRun: boolean;
  /** Null: from the command line. */
  byPersonId: string | null;
  /** Now, milliseconds since the epoch. */
  at: number;
}

/** They are done one after another, each may read the whole journal: more would wait for hours. */
const mostUnfinished = 20;

/**
 * Puts a replay where the running Tocsin finds it, or the next one that starts, with a line of the audit record.
 * @returns its number.
 * @throws TocsinError REQUEST_INVALID, NOT_FOUND when there is no such device, CONFLICT when too many wait already.
 */
export async function requestReplay(db: StoreOrTransaction, request: ReplayRequest): Promise<number> {
  const { fromAt, deviceId, deviceType, dryRun, byPersonId, at } = request;
  if ((deviceId === null) === (deviceType === null))
    throw new TocsinError('REQUEST_INVALID', 'Name either one device or one device type.');
  if (fromAt >= at) throw new TocsinError('REQUEST_INVALID', 'Give a time in the past to replay from.');
  return await inTransaction(db, async (tx) => {
    if ((await replayedDevices(tx, { deviceId, deviceType })).length === 0) {
      const what = deviceId === null ? `device of the type ${deviceType}` : `device ${deviceId}`;
      throw new TocsinError('NOT_FOUND', `There is no ${what}; look it up in the list of devices.`);
    }
    const unfinished = await unfinishedReplays(tx);
    if (unfinished.length >= mostUnfinished) {
      const reason = `${unfinished.length} replays wait already; ask again when some are done.`;
      throw new TocsinError('CONFLICT', reason);
    }
    const { id } = await tx
      .insertInto('replay')
      .values({
        deviceId,
        deviceType,
        fromAt,
        dryRun: dryRun ? 1 : 0,
        requestedAt: at,
        byPersonId,
        state: 'waiting',
        toRead: null,
        judgedAt: null,
        writtenAt: null,
        finishedAt: null,
        judgedJson: null,
        writtenJson: null,
        error: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const detail = { from: fromAt, deviceId, deviceType, dryRun };
    await addAudit(tx, { at, personId: byPersonId, action: 'replay.requested', subject: `replay/${id}`, detail });
    return id;
  });
}

/** Those that are not finished, in the order in which they were asked for. */
export async function unfinishedReplays(db: StoreOrTransaction): Promise<Row<'replay'>[]> {
  return await db.selectFrom('replay').selectAll().where('state', 'in', ['waiting', 'running']).orderBy('id').execute();
}

export type ReplayedDevice = Pick<Row<'device'>, 'id' | 'type' | 'name' | 'latitude' | 'longitude' | 'gridId'> &
  Pick<Row<'device'>, 'state' | 'createdAt'>;

/** The devices that a replay is about. */
export async function replayedDevices(
  db: StoreOrTransaction,
  { deviceId, deviceType }: Pick<Row<'replay'>, 'deviceId' | 'deviceType'>,
): Promise<ReplayedDevice[]> {
  const query = db
    .selectFrom('device')
    .select(['id', 'type', 'name', 'latitude', 'longitude', 'gridId', 'state', 'createdAt']);
  return await (deviceId === null ? query.where('type', '=', deviceType!) : query.where('id', '=', deviceId)).execute();
}

/** One half is done, with what it found; the replay is when both are. In the transaction of what was done. */
export async function halfDone(
  tx: StoreOrTransaction,
  replay: Pick<Row<'replay'>, 'id' | 'dryRun'>,
  half: { judged: ReplayJudged } | { written: ReplayWritten },
  at: number,
): Promise<void> {
  const columns =
    'judged' in half
      ? { judgedAt: at, judgedJson: JSON.stringify(half.judged) }
      : { writtenAt: at, writtenJson: JSON.stringify(half.written) };
  await tx.updateTable('replay').set(columns).where('id', '=', replay.id).execute();
  const both = tx.updateTable('replay').set({ state: 'done', finishedAt: at }).where('id', '=', replay.id);
  const judged = both.where('judgedAt', 'is not', null);
  await (replay.dryRun ? judged : judged.where('writtenAt', 'is not', null)).execute();
}

/** Gives a replay up, with what to do about it as a sentence. What one half has done stays done. */
export async function giveUpReplay(db: StoreOrTransaction, id: number, error: string, at: number): Promise<void> {
  await db.updateTable('replay').set({ state: 'failed', finishedAt: at, error }).where('id', '=', id).execute();
}
