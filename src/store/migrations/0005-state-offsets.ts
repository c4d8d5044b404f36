import type { Kysely } from 'kysely';

/** Each part of the rules' state says from which entry of the journal on it is to be continued. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('foldState')
    .addColumn('offset', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  // The clock that runs for a case was looked for among all that run.
  await db.schema.dropIndex('slaClockByCase').execute();
  await db.schema.createIndex('slaClockOfCase').on('slaClock').columns(['caseId', 'kind', 'state', 'dueAt']).execute();
}
