import type { Transaction } from 'kysely';
import { acknowledgeAlarm } from '../alarms/acknowledge.ts';
import type { CaseStepKind } from '../model/case.ts';
import { TocsinError } from '../shared/errors.ts';
import { addAudit } from '../store/audit.ts';
import type { StoreOrTransaction } from '../store/open.ts';
import type { Database, Row } from '../store/schema.ts';
import { inTransaction } from '../store/transaction.ts';
import { pathUp } from './areas.ts';
import { ResponseChanges } from './changes.ts';
import type { ResponseContext } from './context.ts';
import { askOnDuty, dutyOfficers } from './on-duty.ts';

/**
 * What people do to a case. Whether a person may see the case at all (areas, role) is the caller's to check, before.
 * Every deed is a step, a line of the audit record and of the feed, in one transaction.
 */
export interface Deed {
  caseId: string;
  personId: string;
  /** Milliseconds since the epoch. */
  at: number;
  note?: string | null;
}

type Case = Row<'workCase'>;

/**
 * Accepts a case and acknowledges its alarm: both are this one deed, whichever the person pressed. The escalation
 * stops. Accepting one's own case again changes nothing. It can be accepted after the alarm has cleared, too.
 * @throws TocsinError NOT_FOUND; CONFLICT when somebody else was first.
 */
export async function acceptCase(db: StoreOrTransaction, deed: Deed, context: ResponseContext): Promise<Case> {
  return await inTransaction(db, async (tx) => {
    const workCase = await theCase(tx, deed.caseId);
    if (workCase.status !== 'dispatched') {
      if (workCase.handlerId === deed.personId) return workCase;
      const name = await nameOf(tx, workCase.handlerId);
      throw new TocsinError('CONFLICT', `${name} has accepted this case already; talk to them, or add a note.`, {
        handlerId: workCase.handlerId,
      });
    }
    const { personId, at, note = null } = deed;
    const alarm = await acknowledgeAlarm(tx, { alarmId: workCase.alarmId, personId, at, note });
    const changes = new ResponseChanges(at);
    Object.assign(workCase, { status: 'accepted', acceptedAt: at, handlerId: personId, assigneeId: personId });
    changes.step(workCase, { kind: 'accepted', byPersonId: personId, note });
    // It can be accepted again, when it was given to somebody else.
    changes.event('accepted', alarm, workCase, String(at));
    await tx
      .updateTable('slaClock')
      .set({ state: 'met' })
      .where('caseId', '=', workCase.id)
      .where('state', '=', 'running')
      .execute();
    return await finish(tx, changes, workCase, 'accepted', deed, context);
  });
}

/** Adds a note, at any time, also to a closed case. @throws TocsinError NOT_FOUND. */
export async function noteCase(
  db: StoreOrTransaction,
  deed: Deed & { note: string },
  context: ResponseContext,
): Promise<Case> {
  return await inTransaction(db, async (tx) => {
    const workCase = await theCase(tx, deed.caseId);
    const changes = new ResponseChanges(deed.at);
    changes.step(workCase, { kind: 'noted', byPersonId: deed.personId, note: deed.note });
    return await finish(tx, changes, workCase, 'noted', deed, context);
  });
}

/**
 * Reports that the work is done; a second person is asked to check it. Who reports it is the handler from then on, so
 * that a colleague can take over. Reporting it again changes nothing.
 * @throws TocsinError NOT_FOUND; CONFLICT when it is not accepted yet, is reported by somebody else, or is closed.
 */
export async function handleCase(db: StoreOrTransaction, deed: Deed, context: ResponseContext): Promise<Case> {
  return await inTransaction(db, async (tx) => {
    const workCase = await theCase(tx, deed.caseId);
    if (workCase.status === 'handled' && workCase.handlerId === deed.personId) return workCase;
    if (workCase.status !== 'accepted') throw new TocsinError('CONFLICT', notToBeHandled[workCase.status]);
    const { personId, at, note = null } = deed;
    const changes = new ResponseChanges(at);
    Object.assign(workCase, { status: 'handled', handledAt: at, handlerId: personId, assigneeId: personId });
    changes.step(workCase, { kind: 'handled', byPersonId: personId, note });
    changes.notice(workCase, 'handled', await whoVerifies(tx, workCase, at, context), String(at));
    changes.event('handled', await alarmOf(tx, workCase), workCase, String(at));
    return await finish(tx, changes, workCase, 'handled', deed, context);
  });
}

const notToBeHandled = {
  dispatched: 'Nobody has accepted this case yet: accept it first, then report it handled.',
  handled: 'This case was reported handled already: a person who did not work on it has to check it.',
  closed: 'This case is closed; add a note if there is more to say.',
};

/**
 * A second person's check: `pass` closes the case, otherwise it goes back to its handler.
 * @throws TocsinError NOT_FOUND; CONFLICT when it is not reported handled; FORBIDDEN for who accepted or handled it.
 */
export async function verifyCase(
  db: StoreOrTransaction,
  deed: Deed & { pass: boolean },
  context: ResponseContext,
): Promise<Case> {
  return await inTransaction(db, async (tx) => {
    const workCase = await theCase(tx, deed.caseId);
    if (workCase.status !== 'handled') {
      const reason = workCase.status === 'closed' ? 'is closed already' : 'has not been reported handled yet';
      throw new TocsinError('CONFLICT', `This case ${reason}: there is nothing to check.`);
    }
    if (await workedOn(tx, workCase.id, deed.personId)) {
      throw new TocsinError('FORBIDDEN', 'You worked on this case yourself: a second person has to check it.');
    }
    const { personId, at, pass, note = null } = deed;
    const kind = pass ? 'closed' : 'sent-back';
    const changes = new ResponseChanges(at);
    Object.assign(workCase, pass ? { status: 'closed', closedAt: at } : { status: 'accepted', handledAt: null });
    const toPersonId = pass ? null : workCase.handlerId;
    changes.step(workCase, { kind, byPersonId: personId, toPersonId, note });
    if (toPersonId !== null) changes.notice(workCase, 'sent-back', [toPersonId], String(at));
    changes.event(kind, await alarmOf(tx, workCase), workCase, String(at));
    return await finish(tx, changes, workCase, kind, deed, context);
  });
}

async function finish(
  tx: Transaction<Database>,
  changes: ResponseChanges,
  workCase: Case,
  what: CaseStepKind,
  { at, personId, note = null }: Deed,
  context: ResponseContext,
): Promise<Case> {
  await changes.write(tx, context);
  const detail = { alarmId: workCase.alarmId, note };
  await addAudit(tx, { at, personId, action: `case.${what}`, subject: `case/${workCase.id}`, detail });
  return workCase;
}

async function theCase(tx: Transaction<Database>, caseId: string): Promise<Case> {
  const workCase = await tx.selectFrom('workCase').selectAll().where('id', '=', caseId).executeTakeFirst();
  if (workCase) return workCase;
  throw new TocsinError('NOT_FOUND', `There is no case ${caseId}; look it up in the list of cases.`);
}

async function alarmOf(tx: Transaction<Database>, { alarmId }: Case): Promise<Row<'alarm'>> {
  return await tx.selectFrom('alarm').selectAll().where('id', '=', alarmId).executeTakeFirstOrThrow();
}

async function nameOf(tx: Transaction<Database>, personId: string | null): Promise<string> {
  const person = await tx
    .selectFrom('person')
    .select('name')
    .where('id', '=', personId ?? '')
    .executeTakeFirst();
  return person?.name ?? 'Somebody';
}

/** Whether a person has accepted the case or reported it handled, now or in an earlier round. */
async function workedOn(tx: Transaction<Database>, caseId: string, personId: string): Promise<boolean> {
  const step = await tx
    .selectFrom('caseStep')
    .select('seq')
    .where('caseId', '=', caseId)
    .where('byPersonId', '=', personId)
    .where('kind', 'in', ['accepted', 'handled'])
    .limit(1)
    .executeTakeFirst();
  return step !== undefined;
}

/** Who is asked to check: on duty in the nearest tier above the grid; the duty officers when nobody is. Not the handler. */
async function whoVerifies(
  tx: Transaction<Database>,
  workCase: Case,
  at: number,
  context: ResponseContext,
): Promise<string[]> {
  const path = pathUp(context.areas, workCase.gridId);
  const asked = await askOnDuty(tx, path.slice(1), at, context.settings.response.timeZone);
  const person = asked.at(-1)?.personId;
  if (person && !(await workedOn(tx, workCase.id, person)) && person !== workCase.handlerId) return [person];
  const officers = await dutyOfficers(tx, path);
  return officers.filter((id) => id !== workCase.handlerId);
}
