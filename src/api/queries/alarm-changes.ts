import type { AlarmFacts } from '../../model/alarm.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { AlarmDetail } from '../contract.ts';

/** What happened to an alarm, in order. */
export async function findAlarmChanges(db: StoreOrTransaction, alarmId: string): Promise<AlarmDetail['changes']> {
  const rows = await db
    .selectFrom('alarmChange')
    .leftJoin('person', 'person.id', 'alarmChange.byPersonId')
    .selectAll('alarmChange')
    .select('person.name as byName')
    .where('alarmId', '=', alarmId)
    .orderBy('seq')
    .execute();
  return rows.map(({ alarmId: _, byPersonId, byName, valuesJson, correctionJson, ...row }) => ({
    ...row,
    by: byPersonId ? { id: byPersonId, name: byName ?? byPersonId } : null,
    values: valuesJson === null ? null : (JSON.parse(valuesJson) as Record<string, number>),
    correction:
      correctionJson === null ? null : (JSON.parse(correctionJson) as { before: AlarmFacts; after: AlarmFacts }),
  }));
}
