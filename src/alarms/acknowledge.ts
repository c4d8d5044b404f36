import { TocsinError } from '../shared/errors.ts';
import { addFeed } from '../store/feed.ts';
import type { StoreOrTransaction } from '../store/open.ts';
import type { Row } from '../store/schema.ts';
import { inTransaction } from '../store/transaction.ts';

export interface Acknowledgement {
  alarmId: string;
  personId: string;
  /** Milliseconds since the epoch. */
  at: number;
  note: string | null;
}

/**
 * Notes that a person has seen an alarm. The first one counts; anyone after that changes nothing. An alarm that has
 * cleared meanwhile can still be acknowledged, which does not make it active again.
 *
 * The response acknowledges through `acceptCase`, which calls this.
 * @returns the alarm, with who was first.
 * @throws TocsinError NOT_FOUND.
 */
export async function acknowledgeAlarm(db: StoreOrTransaction, given: Acknowledgement): Promise<Row<'alarm'>> {
  const { alarmId, personId, at, note } = given;
  return await inTransaction(db, async (tx) => {
    const alarm = await tx.selectFrom('alarm').selectAll().where('id', '=', alarmId).executeTakeFirst();
    if (!alarm) throw new TocsinError('NOT_FOUND', `There is no alarm ${alarmId}; look it up in the list of alarms.`);
    if (alarm.acknowledgedAt !== null) return alarm;
    const acknowledged = { acknowledgedAt: at, acknowledgedBy: personId };
    await tx.updateTable('alarm').set(acknowledged).where('id', '=', alarmId).execute();
    await tx
      .insertInto('alarmChange')
      .values({
        alarmId,
        kind: 'acknowledged',
        severity: alarm.severity,
        at,
        recordedAt: at,
        byPersonId: personId,
        note,
        valuesJson: null,
      })
      .execute();
    await addFeed(tx, { kind: 'alarm', ref: alarmId, gridId: alarm.gridId, at });
    return { ...alarm, ...acknowledged };
  });
}
