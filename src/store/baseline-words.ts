import type { Verdict } from '../model/baseline-word.ts';
import type { StoreOrTransaction } from './open.ts';
import type { Row } from './schema.ts';

export type StoredWord = Row<'baselineWord'>;

/** What people said about one series, taken back or not, in the order in which they said it. */
export async function wordsOfSeries(db: StoreOrTransaction, deviceId: string, channel: string): Promise<StoredWord[]> {
  return await db
    .selectFrom('baselineWord')
    .selectAll()
    .where('deviceId', '=', deviceId)
    .where('channel', '=', channel)
    .orderBy('at')
    .orderBy('id')
    .execute();
}

/** Adds what a person said; in the transaction that says so in the audit record. */
export async function addWord(
  tx: StoreOrTransaction,
  word: Pick<StoredWord, 'id' | 'alarmId' | 'deviceId' | 'channel' | 'byPersonId' | 'at'> & { verdict: Verdict },
): Promise<void> {
  await tx
    .insertInto('baselineWord')
    .values({ ...word, takenBackAt: null, takenBackBy: null, announced: 0 })
    .execute();
}

/** Takes back what was said. */
export async function takeWordBack(tx: StoreOrTransaction, id: string, by: string, at: number): Promise<void> {
  await tx
    .updateTable('baselineWord')
    .set({ takenBackAt: at, takenBackBy: by, announced: 0 })
    .where('id', '=', id)
    .execute();
}

/** What is not in the journal yet, in the order in which it was said or taken back. */
export async function unannouncedWords(db: StoreOrTransaction): Promise<StoredWord[]> {
  const rows = await db.selectFrom('baselineWord').selectAll().where('announced', '=', 0).execute();
  const time = (row: StoredWord) => row.takenBackAt ?? row.at;
  return rows.sort((a, b) => time(a) - time(b) || (a.id < b.id ? -1 : 1));
}

/** A word is in the journal, as it was when it was read: one that was taken back meanwhile is to be told again. */
export async function markAnnounced(db: StoreOrTransaction, id: string, takenBackAt: number | null): Promise<void> {
  await db
    .updateTable('baselineWord')
    .set({ announced: 1 })
    .where('id', '=', id)
    .where('takenBackAt', takenBackAt === null ? 'is' : '=', takenBackAt)
    .execute();
}
