import { hashSecret } from '../src/ingest/credentials.ts';
import { dataFiles } from '../src/settings/data-files.ts';
import { insertAll } from '../src/store/insert-all.ts';
import { openStore } from '../src/store/open.ts';
import { inTransaction } from '../src/store/transaction.ts';
import type { TocsinProcess } from '../test/support/tocsin-process.ts';

/** Id and secret of a device by its number, so that nobody has to hand on lists of them. */
export function credentialOf(number: number): { id: string; secret: string } {
  return { id: `gauge-${number}`, secret: `the-secret-of-gauge-${number}` };
}

/** Puts so many flood gauges into the store at once, past the API, while Tocsin is not there to be told. */
export async function makeManyDevices(tocsin: TocsinProcess, count: number): Promise<void> {
  await tocsin.makeAreas();
  await tocsin.stop();
  const store = await openStore(dataFiles({ dataDir: tocsin.dataDir }).store);
  const devices = Array.from({ length: count }, (_, number) => {
    const { id, secret } = credentialOf(number);
    const place = { type: 'flood-gauge', name: id, latitude: 30.05, longitude: 104.05, gridId: 'grid' };
    return { id, ...place, ...hashSecret(secret), state: 'active' as const, createdAt: 0 };
  });
  await inTransaction(store, (tx) => insertAll(tx, 'device', devices));
  await store.destroy();
  await tocsin.run();
}
