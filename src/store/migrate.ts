import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import type { Store } from './open.ts';

/**
 * Brings the tables to this version's, in one transaction: all of the missing migrations or none. Safe when several
 * threads do it at once.
 * @throws whatever the database says, and when the file was made by a newer version of Tocsin.
 */
export async function migrate(store: Store): Promise<void> {
  const { error } = await new Migrator({
    db: store,
    provider: { getMigrations: async () => migrations },
  }).migrateToLatest();
  if (error) throw error;
}
