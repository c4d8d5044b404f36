import { sql } from 'kysely';
import type { Store } from './open.ts';

/** Room that is kept: some thousands of alarms with their cases and intents. */
const roomBytes = 8 * 1024 * 1024;

/**
 * Keeps room in the store's own files, so that alarms are still recorded when something else has filled the disk: free
 * pages in the database, and a log that is long enough already, since both are written over and not made longer.
 * At the start always, for then the log is new; later when half of it is used. A disk that is full then is left as it is.
 */
export async function keepRoom(store: Store, when: 'at the start' | 'when it is used'): Promise<void> {
  const free = await number(store, 'freelist_count');
  const pageBytes = await number(store, 'page_size');
  if (when === 'when it is used' && free * pageBytes > roomBytes / 2) return;
  await store.connection().execute(async (connection) => {
    // Two transactions: pages that are given back in the one that took them are never written.
    await sql`create table if not exists room (bytes blob)`.execute(connection);
    await sql`insert into room (bytes) values (zeroblob(${roomBytes}))`.execute(connection);
    await sql`drop table room`.execute(connection);
  });
}

async function number(store: Store, pragma: 'freelist_count' | 'page_size'): Promise<number> {
  const { rows } = await sql<Record<string, number>>`${sql.raw(`pragma ${pragma}`)}`.execute(store);
  return Object.values(rows[0]!)[0]!;
}
