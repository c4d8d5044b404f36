import { workerData } from 'node:worker_threads';
import { addAudit } from '../../src/store/audit.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';

/** A thread that reads a number and writes the next one, many times, each in a transaction. */
const { file, name, times } = workerData as { file: string; name: string; times: number };
const store = await openStore(file);
await migrate(store);
for (let i = 0; i < times; i += 1) {
  await store.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('checkpoint').select('offset').where('consumer', '=', 'shared').executeTakeFirst();
    await tx
      .insertInto('checkpoint')
      .values({ consumer: 'shared', partition: 0, offset: 1 })
      .onConflict((c) => c.columns(['consumer', 'partition']).doUpdateSet({ offset: (row?.offset ?? 0) + 1 }))
      .execute();
  });
  await addAudit(store, { at: i, personId: null, action: 'counted', subject: name, detail: {} });
}
await store.destroy();
