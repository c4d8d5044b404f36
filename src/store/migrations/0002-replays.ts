import { type ColumnDataType, type Kysely, sql } from 'kysely';
import { asSequence, sequenceType } from '../sqlite.ts';

/** Milliseconds since the epoch, offsets: 64 bits in PostgreSQL too. */
const long: ColumnDataType = 'bigint';
const flag: ColumnDataType = 'integer';

/** Frames that are decoded again, what that corrects, and how many frames of each device went to quarantine. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('replay')
    .addColumn('id', sequenceType, asSequence)
    .addColumn('deviceId', 'text')
    .addColumn('deviceType', 'text')
    .addColumn('fromAt', long, (c) => c.notNull())
    .addColumn('dryRun', flag, (c) => c.notNull())
    .addColumn('requestedAt', long, (c) => c.notNull())
    .addColumn('byPersonId', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('readEntries', long, (c) => c.notNull().defaultTo(0))
    .addColumn('toRead', long)
    .addColumn('judgedAt', long)
    .addColumn('writtenAt', long)
    .addColumn('finishedAt', long)
    .addColumn('judgedJson', 'text')
    .addColumn('writtenJson', 'text')
    .addColumn('error', 'text')
    .execute();
  await db.schema.createIndex('replayByState').on('replay').columns(['state', 'id']).execute();

  await db.schema.alterTable('alarm').addColumn('correction', 'text').execute();
  await db.schema.alterTable('alarm').addColumn('correctedBy', long).execute();
  await db.schema
    .alterTable('alarm')
    .addColumn('callOwed', flag, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('alarmChange').addColumn('replayId', long).execute();
  await db.schema.alterTable('alarmChange').addColumn('correctionJson', 'text').execute();

  await db.schema.alterTable('quarantine').addColumn('replayId', long).execute();
  await db.schema
    .createIndex('quarantineByReason')
    .on('quarantine')
    .columns(['deviceId', 'code', 'replayId'])
    .execute();
  await db.schema
    .createTable('quarantineCount')
    .addColumn('deviceId', 'text', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('count', long, (c) => c.notNull())
    .addColumn('firstAt', long, (c) => c.notNull())
    .addColumn('lastAt', long, (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('quarantineCountKey', ['deviceId', 'code'])
    .execute();
  // What was kept before anybody counted.
  await db.executeQuery(
    sql`insert into "quarantineCount" ("deviceId", "code", "count", "firstAt", "lastAt", "reason")
      select coalesce("deviceId", ''), "code", count(*), min("receivedAt"), max("receivedAt"), max("reason")
      from "quarantine" group by coalesce("deviceId", ''), "code"`.compile(db),
  );
}
