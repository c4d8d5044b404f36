import type { StoreOrTransaction } from './open.ts';

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

/** Stores the offset, in the same transaction as the effects of everything below it. */
export async function setCheckpoint(
  db: StoreOrTransaction,
  consumer: string,
  partition: number,
  offset: number,
): Promise<void> {
  await db
    .insertInto('checkpoint')
    .values({ consumer, partition, offset })
    .onConflict((conflict) => conflict.columns(['consumer', 'partition']).doUpdateSet({ offset }))
    .execute();
}
