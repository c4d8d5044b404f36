import type { Kysely } from 'kysely';

/** What InfluxDB has still to be downsampled after a restart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('telemetryWindow')
    .addColumn('start', 'bigint', (c) => c.primaryKey().notNull())
    .execute();
}
