import type { StoreOrTransaction } from '../../store/open.ts';
import type { Row } from '../../store/schema.ts';
import type { ApiContext } from '../context.ts';
import type { FeedEvent } from '../contract.ts';
import { alarmsWithIds } from '../queries/alarms.ts';
import { casesWithIds } from '../queries/cases.ts';
import { findDevices } from '../queries/devices.ts';
import { noticesWithIds } from '../queries/notices.ts';

/** A line of the feed with who may see it, and its text as it goes out. */
export interface OutgoingEvent {
  seq: number;
  gridId: string | null;
  /** For a notice: whose it is. */
  personId: string | null;
  event: FeedEvent;
  text: string;
}

/**
 * Feed lines with the objects they speak of, as they are now: one query for each kind, however many lines. Of several
 * lines about one object the last stands for all.
 */
export async function toEvents(
  context: Pick<ApiContext, 'store' | 'deviceTypes'>,
  lines: readonly Row<'feed'>[],
): Promise<OutgoingEvent[]> {
  const last = new Map(lines.map((line) => [`${line.kind} ${line.ref}`, line]));
  const kept = [...last.values()].sort((a, b) => a.seq - b.seq);
  const objects = await findObjects(context.store, context.deviceTypes, kept);
  return kept.map(({ seq, kind, ref, gridId, personId }) => {
    const event: FeedEvent = { seq, kind, ref, gridId, data: objects.get(`${kind} ${ref}`) ?? null };
    return { seq, gridId, personId, event, text: `id: ${seq}\ndata: ${JSON.stringify(event)}\n\n` };
  });
}

async function findObjects(
  db: StoreOrTransaction,
  types: ApiContext['deviceTypes'],
  lines: readonly Row<'feed'>[],
): Promise<Map<string, unknown>> {
  const idsOf = (kind: FeedEvent['kind']) => lines.filter((line) => line.kind === kind).map((line) => line.ref);
  const objects = new Map<string, unknown>();
  const add = async (kind: FeedEvent['kind'], find: (ids: string[]) => Promise<{ id: string }[]>) => {
    const ids = idsOf(kind);
    if (ids.length > 0) for (const object of await find(ids)) objects.set(`${kind} ${object.id}`, object);
  };
  await add('alarm', (ids) => alarmsWithIds(db, types, ids));
  await add('case', (ids) => casesWithIds(db, ids));
  await add('device', (ids) => findDevices(db, { ids }));
  await add('notice', (ids) => noticesWithIds(db, ids));
  return objects;
}
