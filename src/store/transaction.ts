import type { Transaction } from 'kysely';
import type { StoreOrTransaction } from './open.ts';
import type { Database } from './schema.ts';

/**
 * Runs `work` in one transaction: the caller's when there is one already, else a new one. Inside, use only the
 * transaction that is handed in, and wait for nothing but the store: the write lock is held until `work` is done.
 */
export async function inTransaction<T>(
  db: StoreOrTransaction,
  work: (tx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  if (db.isTransaction) return await work(db as Transaction<Database>);
  return await db.transaction().execute(work);
}
