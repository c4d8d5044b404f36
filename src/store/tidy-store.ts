import type { Store } from './open.ts';

const dayMs = 86_400_000;
/** A console that has missed more than a fraction of this reads everything again anyway. */
const feedLinesKept = 20_000;
const outboxKeptMs = 30 * dayMs;
const noticesKeptMs = 90 * dayMs;
const quarantineKeptMs = 30 * dayMs;
/** Of one device: enough to see what is wrong with it, too few to fill a disk. */
const quarantinedPerDevice = 1_000;

/**
 * Takes away what nobody needs any more: old lines of the feed, notifications that are long out, old notices, expired
 * sessions, and quarantined frames beyond their number and age. Alarms, cases and the audit record stay.
 * @param now milliseconds since the epoch
 */
export async function tidyStore(store: Store, now: number): Promise<void> {
  const { newest } = await store
    .selectFrom('feed')
    .select((eb) => eb.fn.max('seq').as('newest'))
    .executeTakeFirstOrThrow();
  await store
    .deleteFrom('feed')
    .where('seq', '<=', (newest ?? 0) - feedLinesKept)
    .execute();
  await store
    .deleteFrom('outbox')
    .where('state', 'in', ['delivered', 'failed'])
    .where('createdAt', '<', now - outboxKeptMs)
    .execute();
  await store
    .deleteFrom('notice')
    .where('at', '<', now - noticesKeptMs)
    .execute();
  await store.deleteFrom('session').where('expiresAt', '<=', now).execute();
  await store
    .deleteFrom('quarantine')
    .where('receivedAt', '<', now - quarantineKeptMs)
    .execute();
  await store
    .deleteFrom('quarantine')
    .where('id', 'in', (db) =>
      db
        .selectFrom((inner) =>
          inner
            .selectFrom('quarantine')
            .select((eb) => [
              'id',
              eb.fn
                .agg<number>('row_number')
                .over((over) => over.partitionBy('deviceId').orderBy('id', 'desc'))
                .as('place'),
            ])
            .as('ranked'),
        )
        .select('ranked.id')
        .where('ranked.place', '>', quarantinedPerDevice),
    )
    .execute();
}
