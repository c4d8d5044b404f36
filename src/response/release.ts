import type { Transaction } from 'kysely';
import type { Database, Row } from '../store/schema.ts';
import { selectIn } from '../store/select-in.ts';
import { pathUp } from './areas.ts';
import { ResponseChanges } from './changes.ts';
import { acceptClock, acceptLimitMs, countClocks } from './clock.ts';
import type { ResponseContext } from './context.ts';
import { askOnDuty, dutyOfficers } from './on-duty.ts';

/** Whose cases are given to others, and why it happens. */
export interface Release {
  /** Who can no longer work on them. */
  personId: string;
  /** Which of that person's cases, by their grid. */
  concerns: (gridId: string) => boolean;
  /** Who took the person away. */
  byPersonId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Gives the open cases of a person who can no longer work on them to who is on duty now, with a new clock: a case must
 * not wait for someone who is gone. Cases that are reported handled wait for a second person anyway. Call it in the
 * transaction that changes the person, after the change.
 * @returns how many cases.
 */
export async function releaseCases(
  tx: Transaction<Database>,
  { personId, concerns, byPersonId, at }: Release,
  context: ResponseContext,
): Promise<number> {
  const held = await tx
    .selectFrom('workCase')
    .selectAll()
    .where('status', 'in', ['dispatched', 'accepted'])
    .where((e) => e.or([e('assigneeId', '=', personId), e('handlerId', '=', personId)]))
    .execute();
  const cases = held.filter((workCase) => concerns(workCase.gridId));
  const alarmIds = cases.map((workCase) => workCase.alarmId);
  const alarms = new Map((await selectIn(tx, 'alarm', 'id', alarmIds)).map((alarm) => [alarm.id, alarm]));
  const changes = new ResponseChanges(at);
  for (const workCase of cases) {
    const path = pathUp(context.areas, workCase.gridId);
    const asked = await askOnDuty(tx, path, at, context.settings.response.timeZone);
    const found = asked.at(-1);
    Object.assign(workCase, {
      status: 'dispatched',
      handlerId: null,
      acceptedAt: null,
      assigneeId: found?.personId ?? null,
      tier: found?.area.tier ?? workCase.tier,
      areaId: found?.area.id ?? workCase.areaId,
    } satisfies Partial<Row<'workCase'>>);
    changes.step(workCase, {
      kind: 'dispatched',
      byPersonId,
      toPersonId: workCase.assigneeId,
      areaId: workCase.areaId,
    });
    await tx
      .updateTable('slaClock')
      .set({ state: 'missed' })
      .where('caseId', '=', workCase.id)
      .where('state', '=', 'running')
      .execute();
    const number = (await countClocks(tx, workCase.id)) + 1;
    const alarm = alarms.get(workCase.alarmId)!;
    changes.clock(acceptClock(workCase.id, number, at, acceptLimitMs(alarm.severity, context)));
    const told = workCase.assigneeId === null ? await dutyOfficers(tx, path) : [workCase.assigneeId];
    changes.notice(workCase, 'dispatched', told, String(number));
  }
  await changes.write(tx, context);
  return cases.length;
}
