import { runFixed } from './fixed-statement.ts';
import type { StoreOrTransaction } from './open.ts';
import { inTransaction } from './transaction.ts';

/** Offset up to which a consumer of a journal partition has had its effect; 0 when it has never stored one. */
export async function getCheckpoint(db: StoreOrTransaction, consumer: string, partition: number): Promise<number> {
  const row = await db
    .selectFrom('checkpoint')
    .select('offset')
    .where('consumer', '=', consumer)
    .where('partition', '=', partition)
    .executeTakeFirst();
  return row?.offset ?? 0;
}

/** The least offset of all consumers of a partition; null when none has stored one. */
export async function leastCheckpoint(db: StoreOrTransaction, partition: number): Promise<number | null> {
  const { least } = await db
    .selectFrom('checkpoint')
    .select((e) => e.fn.min('offset').as('least'))
    .where('partition', '=', partition)
    .executeTakeFirstOrThrow();
  return least;
}

/** Stores the offset, in the same transaction as the effects of everything below it. */
export async function setCheckpoint(
  db: StoreOrTransaction,
  consumer: string,
  partition: number,
  offset: number,
): Promise<void> {
  await runFixed(db, 'set checkpoint', [consumer, partition, offset], () =>
    db
      .insertInto('checkpoint')
      .values({ consumer, partition, offset })
      .onConflict((conflict) =>
        conflict.columns(['consumer', 'partition']).doUpdateSet((e) => ({ offset: e.ref('excluded.offset') })),
      ),
  );
}

/**
 * Takes back offsets that lie behind the journal's end: its tail was damaged, or somebody put it away. What it still has
 * had its effect already, and entries that come from now on get those offsets anew. To be called before any comes.
 * @returns the largest offset that was taken back; null when none was.
 */
export async function takeBackCheckpoints(
  db: StoreOrTransaction,
  partition: number,
  end: number,
): Promise<number | null> {
  return await inTransaction(db, async (tx) => {
    const { largest } = await tx
      .selectFrom('checkpoint')
      .select((e) => e.fn.max('offset').as('largest'))
      .where('partition', '=', partition)
      .where('offset', '>', end)
      .executeTakeFirstOrThrow();
    // Nor are parts of the rules' state ahead of entries that are still to come.
    await tx.updateTable('foldState').set({ offset: end }).where('offset', '>', end).execute();
    if (largest === null) return null;
    await tx
      .updateTable('checkpoint')
      .set({ offset: end })
      .where('partition', '=', partition)
      .where('offset', '>', end)
      .execute();
    return largest;
  });
}
