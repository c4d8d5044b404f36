import type { ColumnDataType, Kysely } from 'kysely';

/** Milliseconds since the epoch: 64 bits in PostgreSQL too. */
const long: ColumnDataType = 'bigint';

/** What people said about alarms of rules that ask a baseline. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('baselineWord')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('alarmId', 'text', (c) => c.notNull())
    .addColumn('deviceId', 'text', (c) => c.notNull())
    .addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('verdict', 'text', (c) => c.notNull())
    .addColumn('byPersonId', 'text', (c) => c.notNull())
    .addColumn('at', long, (c) => c.notNull())
    .addColumn('takenBackAt', long)
    .addColumn('takenBackBy', 'text')
    .addColumn('announced', 'integer', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('baselineWordBySeries').on('baselineWord').columns(['deviceId', 'channel']).execute();
  await db.schema.createIndex('baselineWordByNews').on('baselineWord').columns(['announced']).execute();
}
