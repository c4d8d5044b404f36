import { internalGridId } from '../model/internal.ts';
import type { Store } from './open.ts';

const dayMs = 86_400_000;
/** A console that has missed more than a fraction of this reads everything again anyway. */
const feedLinesKept = 20_000;
const outboxKeptMs = 30 * dayMs;
/** Of the canary: a day shows how it was; a year of it would be more than all alarms of the town. */
const internalKeptMs = dayMs;
const noticesKeptMs = 90 * dayMs;
/** Long enough for a look at a whole season. */
const systemAlarmsKeptMs = 400 * dayMs;
/** Rules are tried out for days or weeks. */
const shadowAlarmsKeptMs = 90 * dayMs;
const quarantineKeptMs = 30 * dayMs;
/** Of one device: enough to see what is wrong with it, too few to fill a disk. */
const quarantinedPerDevice = 1_000;

/**
 * Takes away what nobody needs any more: old lines of the feed, notifications that are long out, old notices, expired
 * sessions, yesterday's canaries, and quarantined frames beyond their number and age, what rules
 * that were tried out would have raised long ago. Alarms, cases and the audit record
 * stay.
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
  await tidyInternal(store, now - internalKeptMs);
  await store
    .deleteFrom('systemAlarm')
    .where('clearedAt', '<', now - systemAlarmsKeptMs)
    .execute();
  await store
    .deleteFrom('notice')
    .where('at', '<', now - noticesKeptMs)
    .execute();
  await store
    .deleteFrom('shadowAlarm')
    .where('clearedAt', '<', now - shadowAlarmsKeptMs)
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

/** Alarms of the canary with their record, and its intents; alarms of the town stay. */
async function tidyInternal(store: Store, before: number): Promise<void> {
  const old = store
    .selectFrom('alarm')
    .select('id')
    .where('gridId', '=', internalGridId)
    .where('active', '=', 0)
    .where('raisedReceivedAt', '<', before);
  await store.transaction().execute(async (tx) => {
    await tx.deleteFrom('alarmChange').where('alarmId', 'in', old).execute();
    await tx.deleteFrom('alarm').where('id', 'in', old).execute();
    await tx
      .deleteFrom('outbox')
      .where('channel', '=', 'canary')
      .where('state', 'in', ['delivered', 'failed'])
      .where('createdAt', '<', before)
      .execute();
  });
}
