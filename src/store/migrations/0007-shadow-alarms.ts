import type { ColumnDataType, Kysely } from 'kysely';

/** Milliseconds since the epoch: 64 bits in PostgreSQL too. */
const long: ColumnDataType = 'bigint';

/** What rules that are tried out beside the live ones would have raised. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('shadowAlarm')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('ruleId', 'text', (c) => c.notNull())
    .addColumn('ruleVersion', long)
    .addColumn('deviceId', 'text', (c) => c.notNull())
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('raisedAt', long, (c) => c.notNull())
    .addColumn('clearedAt', long)
    .addColumn('episodeJson', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('shadowAlarmByRule').on('shadowAlarm').columns(['ruleId', 'raisedAt']).execute();
}
