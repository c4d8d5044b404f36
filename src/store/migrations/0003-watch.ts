import type { ColumnDataType, Kysely } from 'kysely';

/** Milliseconds since the epoch: 64 bits in PostgreSQL too. */
const long: ColumnDataType = 'bigint';

/** Troubles of Tocsin itself, and when that was received which an intent tells of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('systemAlarm')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('detailJson', 'text', (c) => c.notNull())
    .addColumn('raisedAt', long, (c) => c.notNull())
    .addColumn('clearedAt', long)
    .execute();
  await db.schema.createIndex('systemAlarmByTime').on('systemAlarm').column('raisedAt').execute();
  await db.schema.alterTable('outbox').addColumn('receivedAt', long).execute();
}
