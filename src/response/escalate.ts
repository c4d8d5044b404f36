import type { Transaction } from 'kysely';
import { addFeed } from '../store/feed.ts';
import type { Store } from '../store/open.ts';
import type { Database, Row } from '../store/schema.ts';
import { pathUp } from './areas.ts';
import { ResponseChanges } from './changes.ts';
import { acceptClock, acceptLimitMs, countClocks } from './clock.ts';
import type { ResponseContext } from './context.ts';
import { askOnDuty, dutyOfficers } from './on-duty.ts';

/** Clocks in one call, so that a call ends; the next second's goes on. */
const clocksAtOnce = 200;
/** Another thread's clock may be read a moment later than ours. */
const clockSlackMs = 60_000;
/** Longest wait between reminders at the top tier, unless the limit itself is longer. */
const longestReminderMs = 3_600_000;

/**
 * Takes every case whose time for accepting is over to the next tier up, each in a transaction of its own: who is on
 * duty there has it now, with a new clock. Tiers with nobody on duty are passed over, and the steps say so.
 *
 * At the top tier the case stays with whoever is on duty there now and its duty officers, who are reminded after twice
 * the time each time, at most every hour, until someone accepts: a case is never given up.
 *
 * Everything is in the store, so it goes on after a restart, and calling it again for the same moment does nothing.
 * @returns how many cases were escalated or reminded of.
 * @throws AggregateError when some could not be; the others have been all the same.
 */
export async function escalateDue(db: Store, now: number, context: ResponseContext): Promise<number> {
  await restartClocksOfTheFuture(db, now);
  const due = await db
    .selectFrom('slaClock')
    .select('id')
    .where('state', '=', 'running')
    .where('dueAt', '<=', now)
    .orderBy('dueAt')
    .limit(clocksAtOnce)
    .execute();
  let escalated = 0;
  const errors: unknown[] = [];
  for (const { id } of due) {
    try {
      if (await db.transaction().execute((tx) => escalate(tx, id, now, context))) escalated += 1;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `${errors.length} of ${due.length} cases were not escalated.`);
  return escalated;
}

async function escalate(
  tx: Transaction<Database>,
  clockId: string,
  now: number,
  context: ResponseContext,
): Promise<boolean> {
  const clock = await tx
    .selectFrom('slaClock')
    .selectAll()
    .where('id', '=', clockId)
    .where('state', '=', 'running')
    .where('dueAt', '<=', now)
    .executeTakeFirst();
  // Accepted, or escalated by another process, since the list was read.
  if (!clock) return false;
  const workCase = await tx.selectFrom('workCase').selectAll().where('id', '=', clock.caseId).executeTakeFirstOrThrow();
  const alarm = await tx.selectFrom('alarm').selectAll().where('id', '=', workCase.alarmId).executeTakeFirstOrThrow();

  const path = pathUp(context.areas, workCase.gridId);
  const atTop = path.length === 0 || workCase.areaId === path.at(-1)!.id;
  const asked = await askOnDuty(tx, areasToAsk(path, workCase), now, context.settings.response.timeZone);
  const found = asked.at(-1);
  const reminder = atTop && (!found?.personId || found.personId === workCase.assigneeId);

  const changes = new ResponseChanges(now);
  if (reminder) {
    changes.step(workCase, { kind: 'escalated', areaId: workCase.areaId, toPersonId: workCase.assigneeId });
  } else {
    for (const { area, personId } of asked) {
      changes.step(workCase, { kind: 'escalated', areaId: area.id, toPersonId: personId });
      workCase.tier = area.tier;
      workCase.areaId = area.id;
      // Nobody further up: it stays with who has it, rather than with nobody.
      workCase.assigneeId = personId ?? workCase.assigneeId;
    }
  }

  const number = (await countClocks(tx, workCase.id)) + 1;
  const limitMs = acceptLimitMs(alarm.severity, context);
  const waitMs = reminder ? reminderMs(limitMs, await timesAt(tx, workCase)) : limitMs;
  changes.clock({ ...clock, state: 'missed' });
  changes.clock(acceptClock(workCase.id, number, now, waitMs));

  const officers = atTop || !found?.personId ? await dutyOfficers(tx, path) : [];
  const holder = workCase.assigneeId === null ? [] : [workCase.assigneeId];
  changes.notice(workCase, 'escalated', [...holder, ...officers], String(number));
  changes.event('escalated', alarm, workCase, String(number));
  await changes.write(tx, context);
  // An alarm is shown with who has it.
  await addFeed(tx, { kind: 'alarm', ref: alarm.id, gridId: alarm.gridId, at: now });
  return true;
}

/** The tiers above the one that has it; all of them while nobody has it; the top one once it is there. */
function areasToAsk<A extends { id: string }>(path: readonly A[], workCase: Row<'workCase'>): readonly A[] {
  if (workCase.assigneeId === null) return path;
  const above = path.slice(path.findIndex((area) => area.id === workCase.areaId) + 1);
  return above.length > 0 ? above : path.slice(-1);
}

/** Wait until the next reminder at the top tier, where it has been escalated or reminded `times` times before. */
function reminderMs(limitMs: number, times: number): number {
  return Math.min(limitMs * 2 ** times, Math.max(limitMs, longestReminderMs));
}

async function timesAt(tx: Transaction<Database>, { id, areaId }: Row<'workCase'>): Promise<number> {
  const { times } = await tx
    .selectFrom('caseStep')
    .select((e) => e.fn.countAll<number>().as('times'))
    .where('caseId', '=', id)
    .where('kind', '=', 'escalated')
    .where('areaId', '=', areaId)
    .executeTakeFirstOrThrow();
  return Math.max(times, 1);
}

/** Clocks that were started while our own was ahead: they run from now on, or they would wait for a time far away. */
async function restartClocksOfTheFuture(db: Store, now: number): Promise<void> {
  await db
    .updateTable('slaClock')
    .set((e) => ({ dueAt: e(e('dueAt', '-', e.ref('startedAt')), '+', e.val(now)), startedAt: now }))
    .where('state', '=', 'running')
    .where('startedAt', '>', now + clockSlackMs)
    .execute();
}
