import { runFixed } from './fixed-statement.ts';
import { insertAll } from './insert-all.ts';
import type { StoreOrTransaction } from './open.ts';
import type { Row } from './schema.ts';

/** One line of the feed: something about `ref` changed, read it again. */
export interface FeedLine {
  kind: Row<'feed'>['kind'];
  ref: string;
  /** The grid it belongs to; null for what is not of one place. */
  gridId: string | null;
  /** For a notice: whose it is. */
  personId?: string | null;
  at: number;
}

/** Adds lines to the feed; in the same transaction as what they speak of. */
export async function addFeed(db: StoreOrTransaction, ...lines: FeedLine[]): Promise<void> {
  await insertAll(
    db,
    'feed',
    lines.map((line) => ({ ...line, personId: line.personId ?? null })),
  );
}

/** The lines after `afterSeq`, oldest first, at most `limit`. */
export async function readFeed(db: StoreOrTransaction, afterSeq: number, limit: number): Promise<Row<'feed'>[]> {
  return await runFixed(db, 'read feed', [afterSeq, limit], () =>
    db.selectFrom('feed').selectAll().where('seq', '>', afterSeq).orderBy('seq').limit(limit),
  );
}

/** The newest line's number; 0 when there is none. A console that has just read everything listens from here. */
export async function feedEnd(db: StoreOrTransaction): Promise<number> {
  const row = await db
    .selectFrom('feed')
    .select((e) => e.fn.max('seq').as('seq'))
    .executeTakeFirst();
  return row?.seq ?? 0;
}
