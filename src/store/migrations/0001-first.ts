import { type ColumnDataType, type Kysely, sql } from 'kysely';
import { asSequence, bytesType, sequenceType } from '../sqlite.ts';

/** Milliseconds since the epoch, offsets: 64 bits in PostgreSQL too. */
const long: ColumnDataType = 'bigint';
const flag: ColumnDataType = 'integer';
const degrees: ColumnDataType = 'double precision';

/** All tables of the first version; what the columns mean is said in schema.ts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createPlacesAndPeople(db);
  await createDevices(db);
  await createAlarms(db);
  await createCases(db);
  await createNotifications(db);
  await createRecords(db);
}

async function createPlacesAndPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('area')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('tier', 'text', (c) => c.notNull())
    .addColumn('parentId', 'text')
    .addColumn('nameZh', 'text', (c) => c.notNull())
    .addColumn('nameEn', 'text', (c) => c.notNull())
    .addColumn('polygonJson', 'text', (c) => c.notNull())
    // Deferred, so that a tree can be written in any order within a transaction.
    .addForeignKeyConstraint('areaParent', ['parentId'], 'area', ['id'], (c) => c.deferrable().initiallyDeferred())
    .execute();
  await db.schema.createIndex('areaByParent').on('area').column('parentId').execute();

  await db.schema
    .createTable('person')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('login', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('passwordHash', 'text', (c) => c.notNull())
    .addColumn('active', flag, (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('personArea')
    .addColumn('personId', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('areaId', 'text', (c) => c.notNull().references('area.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('personAreaKey', ['personId', 'areaId'])
    .execute();

  await db.schema
    .createTable('duty')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('areaId', 'text', (c) => c.notNull().references('area.id').onDelete('cascade'))
    .addColumn('personId', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('days', 'text', (c) => c.notNull())
    .addColumn('fromMinute', 'integer', (c) => c.notNull())
    .addColumn('toMinute', 'integer', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('dutyByArea').on('duty').column('areaId').execute();

  await db.schema
    .createTable('session')
    .addColumn('tokenHash', 'text', (c) => c.primaryKey().notNull())
    .addColumn('personId', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('createdAt', long, (c) => c.notNull())
    .addColumn('expiresAt', long, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sessionByExpiry').on('session').column('expiresAt').execute();
}

async function createDevices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('device')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('latitude', degrees, (c) => c.notNull())
    .addColumn('longitude', degrees, (c) => c.notNull())
    .addColumn('gridId', 'text', (c) => c.notNull().references('area.id'))
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('secretSalt', 'text', (c) => c.notNull())
    .addColumn('secretHash', 'text', (c) => c.notNull())
    .addColumn('createdAt', long, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('deviceByGrid').on('device').column('gridId').execute();
}

/** Alarms do not refer to the device table: they are the record, and stay when a device is taken away. */
async function createAlarms(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alarm')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('ruleId', 'text', (c) => c.notNull())
    .addColumn('deviceId', 'text', (c) => c.notNull())
    .addColumn('gridId', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('peakSeverity', 'text', (c) => c.notNull())
    .addColumn('active', flag, (c) => c.notNull())
    .addColumn('raisedAt', long, (c) => c.notNull())
    .addColumn('raisedReceivedAt', long, (c) => c.notNull())
    .addColumn('clearedAt', long)
    .addColumn('count', long, (c) => c.notNull())
    .addColumn('lastAt', long, (c) => c.notNull())
    .addColumn('valuesJson', 'text', (c) => c.notNull())
    .addColumn('acknowledgedAt', long)
    .addColumn('acknowledgedBy', 'text', (c) => c.references('person.id'))
    .execute();
  await db.schema.createIndex('alarmByTime').on('alarm').column('raisedAt').execute();
  await db.schema.createIndex('alarmByDevice').on('alarm').columns(['deviceId', 'raisedAt']).execute();
  await db.schema.createIndex('alarmByGrid').on('alarm').columns(['gridId', 'raisedAt']).execute();
  await db.schema
    .createIndex('alarmActive')
    .on('alarm')
    .column('gridId')
    .where(sql.ref('active'), '=', sql.lit(1))
    .execute();

  await db.schema
    .createTable('alarmChange')
    .addColumn('seq', sequenceType, asSequence)
    .addColumn('alarmId', 'text', (c) => c.notNull().references('alarm.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('at', long, (c) => c.notNull())
    .addColumn('recordedAt', long, (c) => c.notNull())
    .addColumn('byPersonId', 'text', (c) => c.references('person.id'))
    .addColumn('note', 'text')
    .addColumn('valuesJson', 'text')
    .execute();
  await db.schema.createIndex('alarmChangeByAlarm').on('alarmChange').columns(['alarmId', 'seq']).execute();
}

async function createCases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workCase')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('alarmId', 'text', (c) => c.notNull().unique().references('alarm.id'))
    .addColumn('gridId', 'text', (c) => c.notNull())
    .addColumn('tier', 'text', (c) => c.notNull())
    .addColumn('areaId', 'text', (c) => c.notNull())
    .addColumn('assigneeId', 'text', (c) => c.references('person.id'))
    .addColumn('handlerId', 'text', (c) => c.references('person.id'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('openedAt', long, (c) => c.notNull())
    .addColumn('acceptedAt', long)
    .addColumn('handledAt', long)
    .addColumn('closedAt', long)
    .execute();
  await db.schema.createIndex('workCaseByTime').on('workCase').column('openedAt').execute();
  await db.schema.createIndex('workCaseByStatus').on('workCase').columns(['status', 'openedAt']).execute();
  await db.schema.createIndex('workCaseByAssignee').on('workCase').columns(['assigneeId', 'status']).execute();

  await db.schema
    .createTable('caseStep')
    .addColumn('seq', sequenceType, asSequence)
    .addColumn('caseId', 'text', (c) => c.notNull().references('workCase.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', long, (c) => c.notNull())
    .addColumn('byPersonId', 'text', (c) => c.references('person.id'))
    .addColumn('toPersonId', 'text', (c) => c.references('person.id'))
    .addColumn('areaId', 'text')
    .addColumn('note', 'text')
    .execute();
  await db.schema.createIndex('caseStepByCase').on('caseStep').columns(['caseId', 'seq']).execute();

  await db.schema
    .createTable('slaClock')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('caseId', 'text', (c) => c.notNull().references('workCase.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('startedAt', long, (c) => c.notNull())
    .addColumn('dueAt', long, (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('slaClockDue').on('slaClock').columns(['state', 'dueAt']).execute();
  await db.schema.createIndex('slaClockByCase').on('slaClock').column('caseId').execute();
}

async function createNotifications(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('seq', sequenceType, asSequence)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('bodyJson', 'text', (c) => c.notNull())
    .addColumn('createdAt', long, (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('nextAt', long, (c) => c.notNull())
    .addColumn('deliveredAt', long)
    .addColumn('lastError', 'text')
    .execute();
  await db.schema.createIndex('outboxByTarget').on('outbox').columns(['state', 'channel', 'target', 'seq']).execute();

  await db.schema
    .createTable('notice')
    .addColumn('seq', sequenceType, asSequence)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('personId', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('caseId', 'text', (c) => c.notNull().references('workCase.id'))
    .addColumn('alarmId', 'text', (c) => c.notNull().references('alarm.id'))
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('at', long, (c) => c.notNull())
    .addColumn('readAt', long)
    .execute();
  await db.schema.createIndex('noticeByPerson').on('notice').columns(['personId', 'seq']).execute();

  await db.schema
    .createTable('webhook')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('secret', 'text')
    .addColumn('minSeverity', 'text', (c) => c.notNull())
    .addColumn('createdAt', long, (c) => c.notNull())
    .execute();
}

async function createRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('feed')
    .addColumn('seq', sequenceType, asSequence)
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('gridId', 'text')
    .addColumn('personId', 'text')
    .addColumn('at', long, (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('quarantine')
    .addColumn('id', sequenceType, asSequence)
    .addColumn('partition', 'integer', (c) => c.notNull())
    .addColumn('offset', long, (c) => c.notNull())
    .addColumn('deviceId', 'text')
    .addColumn('topic', 'text', (c) => c.notNull())
    .addColumn('via', 'text', (c) => c.notNull())
    .addColumn('receivedAt', long, (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('size', long, (c) => c.notNull())
    .addColumn('payload', bytesType, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('quarantineByDevice').on('quarantine').columns(['deviceId', 'id']).execute();

  await db.schema
    .createTable('audit')
    .addColumn('seq', sequenceType, asSequence)
    .addColumn('at', long, (c) => c.notNull())
    .addColumn('personId', 'text')
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('detailJson', 'text', (c) => c.notNull())
    // Unique: two rows can never follow the same one, so the chain cannot fork.
    .addColumn('previousHash', 'text', (c) => c.notNull().unique())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('auditBySubject').on('audit').columns(['subject', 'seq']).execute();

  await db.schema
    .createTable('checkpoint')
    .addColumn('consumer', 'text', (c) => c.notNull())
    .addColumn('partition', 'integer', (c) => c.notNull())
    .addColumn('offset', long, (c) => c.notNull())
    .addPrimaryKeyConstraint('checkpointKey', ['consumer', 'partition'])
    .execute();

  await db.schema
    .createTable('foldState')
    .addColumn('key', 'text', (c) => c.primaryKey().notNull())
    .addColumn('stateJson', 'text', (c) => c.notNull())
    .execute();
}
