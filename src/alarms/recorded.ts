import type { AlarmFacts } from '../model/alarm.ts';
import { inParts } from '../store/in-parts.ts';
import type { StoreOrTransaction } from '../store/open.ts';
import type { Row } from '../store/schema.ts';
import { selectIn } from '../store/select-in.ts';

/** An alarm of the record, with the severities that it had. */
export interface RecordedAlarm extends AlarmFacts {
  row: Row<'alarm'>;
}

/**
 * The alarms of devices that were not over before a time: active, cleared after it, or known only after it.
 * @param since milliseconds since the epoch
 */
export async function recordedSince(
  db: StoreOrTransaction,
  deviceIds: readonly string[],
  since: number,
): Promise<RecordedAlarm[]> {
  const alarms: Row<'alarm'>[] = [];
  for (const part of inParts(deviceIds)) {
    const query = db.selectFrom('alarm').selectAll().where('deviceId', 'in', part);
    const concerned = query.where((e) =>
      e.or([e('active', '=', 1), e('clearedAt', '>=', since), e('raisedReceivedAt', '>=', since)]),
    );
    alarms.push(...(await concerned.execute()));
  }
  return await withFacts(db, alarms);
}

/** The alarms of the record that have these ids. */
export async function recordedWithIds(db: StoreOrTransaction, ids: readonly string[]): Promise<RecordedAlarm[]> {
  return await withFacts(db, await selectIn(db, 'alarm', 'id', ids));
}

async function withFacts(db: StoreOrTransaction, alarms: Row<'alarm'>[]): Promise<RecordedAlarm[]> {
  const ids = alarms.map((alarm) => alarm.id);
  const changes = Map.groupBy(await selectIn(db, 'alarmChange', 'alarmId', ids), (change) => change.alarmId);
  return alarms.map((row) => ({ ...factsOf(row, changes.get(row.id) ?? []), row }));
}

function factsOf(row: Row<'alarm'>, changes: Row<'alarmChange'>[]): AlarmFacts {
  const { severity, peakSeverity, active, raisedAt, clearedAt, count } = row;
  return { severity, peakSeverity, active: active === 1, raisedAt, clearedAt, count, path: pathOf(changes) };
}

/** From the last correction on: what was recorded before it is not how it went. */
function pathOf(changes: Row<'alarmChange'>[]): AlarmFacts['path'] {
  let path: AlarmFacts['path'] = [];
  for (const { kind, at, severity, correctionJson } of changes.sort((a, b) => a.seq - b.seq)) {
    if (correctionJson !== null) path = (JSON.parse(correctionJson) as { after: AlarmFacts }).after.path;
    else if (kind === 'raised' || kind === 'severity') path = [...path, { at, severity }];
  }
  return path;
}
