import { existsSync } from 'node:fs';
import { dataFiles } from '../settings/data-files.ts';
import { loadSettings } from '../settings/load.ts';
import { openStore, type Store } from '../store/open.ts';
import type { Outcome } from './main.ts';

/** Opens the store of the settings for a command, beside a Tocsin that may be running; makes none. */
export async function withStore(command: (store: Store) => Promise<Outcome>): Promise<Outcome> {
  const file = dataFiles(loadSettings({ env: process.env })).store;
  if (!existsSync(file)) return { text: `There is no store at ${file}; set dataDir (TOCSIN_DATA_DIR).`, ok: false };
  const store = await openStore(file);
  try {
    return await command(store);
  } finally {
    await store.destroy();
  }
}
