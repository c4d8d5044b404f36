import type { ColumnDataType, Kysely } from 'kysely';
import { asSequence, sequenceType } from '../sqlite.ts';

/** Milliseconds since the epoch: 64 bits in PostgreSQL too. */
const long: ColumnDataType = 'bigint';

/** Every change of every rule, by whom and why; which version raised an alarm, and why one ended without a measurement. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ruleVersion')
    .addColumn('version', sequenceType, asSequence)
    .addColumn('ruleId', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('scopeId', 'text', (c) => c.notNull())
    .addColumn('lane', 'text', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('text', 'text')
    .addColumn('until', long)
    .addColumn('note', 'text', (c) => c.notNull())
    .addColumn('at', long, (c) => c.notNull())
    .addColumn('byPersonId', 'text')
    .addColumn('before', long)
    .addColumn('reverts', long)
    .execute();
  await db.schema.createIndex('ruleVersionByRule').on('ruleVersion').columns(['ruleId', 'version']).execute();
  await db.schema.alterTable('alarm').addColumn('ruleVersion', long).execute();
  await db.schema.alterTable('alarmChange').addColumn('endedBy', 'text').execute();
}
