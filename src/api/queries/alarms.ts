import { alarmState } from '../../model/alarm.ts';
import { type DeviceType, ruleById, ruleName, typeIdOfRule } from '../../model/device-type.ts';
import { internalGridId } from '../../model/internal.ts';
import type { Severity } from '../../model/severity.ts';
import { ruleText } from '../../rules/rule-text.ts';
import { runFixed } from '../../store/fixed-statement.ts';
import { inFixedParts } from '../../store/in-parts.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { Alarm } from '../contract.ts';

export interface AlarmFilter {
  gridIds?: readonly string[] | undefined;
  active?: boolean | undefined;
  severities?: readonly Severity[] | undefined;
  deviceId?: string | undefined;
  type?: string | undefined;
  /** Only those that began before this measured time, milliseconds since the epoch. */
  before?: number | undefined;
  limit?: number | undefined;
}

type Types = ReadonlyMap<string, DeviceType>;

/**
 * Alarms, the newest first. A page never ends between alarms of one moment, so it can be a few longer than `limit`,
 * and asking for those before its last one misses none.
 */
export async function findAlarms(db: StoreOrTransaction, types: Types, filter: AlarmFilter): Promise<Alarm[]> {
  const query = filtered(db, filter);
  const limited = filter.limit ? query.limit(filter.limit) : query;
  const rows = await limited.execute();
  const last = rows.at(-1);
  if (last && rows.length === filter.limit) {
    rows.push(...(await query.where('alarm.raisedAt', '=', last.raisedAt).where('alarm.id', '<', last.id).execute()));
  }
  return rows.map((row) => toAlarm(row, types));
}

/**
 * Those with these ids, in no order. Who asks for one by its id sees to it himself who may know of it: Tocsin's own are
 * among them.
 */
export async function alarmsWithIds(db: StoreOrTransaction, types: Types, ids: readonly string[]): Promise<Alarm[]> {
  const found: Alarm[] = [];
  for (const part of inFixedParts(ids)) {
    const rows = await runFixed(db, `alarms shown ${part.length}`, part, () =>
      selectAlarms(db).where('alarm.id', 'in', [...part]),
    );
    found.push(...rows.map((row) => toAlarm(row, types)));
  }
  return found;
}

function filtered(db: StoreOrTransaction, filter: AlarmFilter) {
  let query = selectAlarms(db).orderBy('alarm.raisedAt', 'desc').orderBy('alarm.id', 'desc');
  if (filter.gridIds) query = query.where('alarm.gridId', 'in', [...filter.gridIds]);
  else query = query.where('alarm.gridId', '!=', internalGridId);
  if (filter.active !== undefined) query = query.where('alarm.active', '=', filter.active ? 1 : 0);
  if (filter.severities) query = query.where('alarm.severity', 'in', [...filter.severities]);
  if (filter.deviceId) query = query.where('alarm.deviceId', '=', filter.deviceId);
  if (filter.before !== undefined) query = query.where('alarm.raisedAt', '<', filter.before);
  if (filter.type) {
    // A rule's id begins with its device type; '0' is the character after '/'.
    query = query.where('alarm.ruleId', '>', `${filter.type}/`).where('alarm.ruleId', '<', `${filter.type}0`);
  }
  return query;
}

function selectAlarms(db: StoreOrTransaction) {
  return db
    .selectFrom('alarm')
    .leftJoin('device', 'device.id', 'alarm.deviceId')
    .leftJoin('workCase', 'workCase.alarmId', 'alarm.id')
    .leftJoin('person as assignee', 'assignee.id', 'workCase.assigneeId')
    .leftJoin('person as acknowledger', 'acknowledger.id', 'alarm.acknowledgedBy')
    .selectAll('alarm')
    .select([
      'device.name as deviceName',
      'device.type as deviceType',
      'workCase.id as caseId',
      'assignee.id as assigneeId',
      'assignee.name as assigneeName',
      'acknowledger.name as acknowledgerName',
    ]);
}

type AlarmRow = Awaited<ReturnType<ReturnType<typeof selectAlarms>['execute']>>[number];

function toAlarm(row: AlarmRow, types: Types): Alarm {
  const values = JSON.parse(row.valuesJson) as Record<string, number>;
  const rule = ruleById(types, row.ruleId, row.ruleVersion);
  const type = types.get(typeIdOfRule(row.ruleId));
  return {
    id: row.id,
    ruleId: row.ruleId,
    ruleName: ruleName(types, row.ruleId, row.ruleVersion),
    deviceId: row.deviceId,
    deviceName: row.deviceName ?? row.deviceId,
    deviceType: row.deviceType ?? typeIdOfRule(row.ruleId),
    gridId: row.gridId,
    severity: row.severity,
    peakSeverity: row.peakSeverity,
    state: alarmState(row.active === 1, row.acknowledgedAt !== null),
    active: row.active === 1,
    raisedAt: row.raisedAt,
    raisedReceivedAt: row.raisedReceivedAt,
    clearedAt: row.clearedAt,
    count: row.count,
    lastAt: row.lastAt,
    values,
    text: rule && type ? ruleText(type, rule, values) : null,
    acknowledgedAt: row.acknowledgedAt,
    acknowledgedBy: row.acknowledgedBy
      ? { id: row.acknowledgedBy, name: row.acknowledgerName ?? row.acknowledgedBy }
      : null,
    caseId: row.caseId,
    assignee: row.assigneeId ? { id: row.assigneeId, name: row.assigneeName ?? row.assigneeId } : null,
    correction: row.correction,
    correctedBy: row.correctedBy,
  };
}
