import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openStore, type Store } from '../../src/store/open.ts';

/** A store with all tables in a folder of its own; both are gone when the test ends. */
export async function tempStore(): Promise<{ store: Store; file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-store-'));
  const file = join(folder, 'tocsin.db');
  const store = await openStore(file);
  await migrate(store);
  onTestFinished(async () => {
    await store.destroy();
    await rm(folder, { recursive: true });
  });
  return { store, file };
}
