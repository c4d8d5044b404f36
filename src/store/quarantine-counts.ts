import type { Transaction } from 'kysely';
import { inParts } from './in-parts.ts';
import type { Database, Row } from './schema.ts';

/** Adds to the counts of quarantined frames; in the transaction of the journal offset that they came with. */
export async function addQuarantineCounts(
  tx: Transaction<Database>,
  counts: readonly Row<'quarantineCount'>[],
): Promise<void> {
  for (const part of inParts(counts)) {
    await tx
      .insertInto('quarantineCount')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['deviceId', 'code']).doUpdateSet((e) => ({
          count: e('quarantineCount.count', '+', e.ref('excluded.count')),
          lastAt: e.ref('excluded.lastAt'),
          reason: e.ref('excluded.reason'),
        })),
      )
      .execute();
  }
}
