import type { Transaction } from 'kysely';
import type { AlarmTransition } from '../alarms/ledger.ts';
import type { Area } from '../model/area.ts';
import { severityRank } from '../model/severity.ts';
import type { Database, Row } from '../store/schema.ts';
import { selectIn } from '../store/select-in.ts';
import { pathUp } from './areas.ts';
import { ResponseChanges } from './changes.ts';
import { acceptClock, acceptLimitMs, countClocks } from './clock.ts';
import type { ResponseContext } from './context.ts';
import { type Asked, askOnDuty, dutyOfficers } from './on-duty.ts';

/**
 * Responds to what changed about alarms, in the transaction that recorded it:
 *
 * - raised: opens a case, gives it to who is on duty in the device's grid or else in the nearest tier above, starts
 *   the clock for accepting it.
 * - a higher severity: shortens the clock that runs.
 * - cleared: notes it and tells who has the case. The case stays, also when nobody has accepted it: a person looks at
 *   what happened and closes it, nothing disappears by itself.
 *
 * - retracted: a case that nobody has accepted is closed, so that nobody goes for nothing; whoever has accepted one is
 *   told, and ends it as any other.
 * - reinstated: a case that is closed begins anew; whoever has an open one is told by its steps.
 *
 * @param now the moment of responding, not of measuring: limits begin when people are told.
 */
export async function respond(
  tx: Transaction<Database>,
  transitions: readonly AlarmTransition[],
  context: ResponseContext,
  now: number,
): Promise<void> {
  if (transitions.length === 0) return;
  const batch = new ResponseBatch(tx, context, now);
  await batch.load([...new Set(transitions.map((transition) => transition.alarm.id))]);
  for (const transition of transitions) await batch.take(transition);
  await batch.changes.write(tx, context);
}

/** The case of an alarm; the same alarm always gives the same one. */
function caseIdOf(alarmId: string): string {
  return `case-${alarmId}`;
}

class ResponseBatch {
  readonly changes: ResponseChanges;
  readonly #tx: Transaction<Database>;
  readonly #context: ResponseContext;
  readonly #now: number;
  /** By alarm. */
  readonly #cases = new Map<string, Row<'workCase'>>();
  /** By case; the clock that runs. */
  readonly #clocks = new Map<string, Row<'slaClock'>>();
  /** By grid: a storm comes from few. */
  readonly #asked = new Map<string, Asked[]>();
  readonly #officers = new Map<string, string[]>();

  constructor(tx: Transaction<Database>, context: ResponseContext, now: number) {
    this.changes = new ResponseChanges(now);
    this.#tx = tx;
    this.#context = context;
    this.#now = now;
  }

  async load(alarmIds: string[]): Promise<void> {
    const cases = await selectIn(this.#tx, 'workCase', 'alarmId', alarmIds);
    for (const workCase of cases) this.#cases.set(workCase.alarmId, workCase);
    const clocks = await selectIn(
      this.#tx,
      'slaClock',
      'caseId',
      cases.map((workCase) => workCase.id),
    );
    for (const clock of clocks) if (clock.state === 'running') this.#clocks.set(clock.caseId, clock);
  }

  async take(transition: AlarmTransition): Promise<void> {
    const workCase = this.#cases.get(transition.alarm.id);
    if (transition.kind === 'raised') {
      if (!workCase) await this.#open(transition.alarm);
    } else if (transition.kind === 'reinstated') {
      if (workCase) await this.#reinstate(transition.alarm, workCase);
      else await this.#open(transition.alarm);
    } else if (workCase) {
      if (transition.kind === 'retracted') await this.#retract(transition, workCase);
      else if (transition.kind === 'severity') this.#changeSeverity(transition, workCase);
      else await this.#recover(transition.alarm, workCase);
    }
  }

  async #open(alarm: Row<'alarm'>): Promise<void> {
    const asked = await this.#askFrom(alarm.gridId);
    const last = asked.at(-1);
    const workCase: Row<'workCase'> = {
      id: caseIdOf(alarm.id),
      alarmId: alarm.id,
      gridId: alarm.gridId,
      tier: last?.area.tier ?? 'grid',
      areaId: last?.area.id ?? alarm.gridId,
      assigneeId: last?.personId ?? null,
      handlerId: null,
      status: 'dispatched',
      openedAt: this.#now,
      acceptedAt: null,
      handledAt: null,
      closedAt: null,
    };
    this.#cases.set(alarm.id, workCase);
    this.changes.step(workCase, { kind: 'opened', areaId: alarm.gridId });
    for (const [i, { area, personId }] of asked.entries()) {
      this.changes.step(workCase, {
        kind: i === 0 ? 'dispatched' : 'escalated',
        areaId: area.id,
        toPersonId: personId,
      });
    }
    const clock = acceptClock(workCase.id, 1, this.#now, acceptLimitMs(alarm.severity, this.#context));
    this.#clocks.set(workCase.id, clock);
    this.changes.clock(clock);
    this.changes.notice(workCase, 'dispatched', await this.#toTell(workCase), '1');
    this.changes.event('raised', alarm, workCase, '1');
  }

  #changeSeverity({ alarm, before, at }: AlarmTransition, workCase: Row<'workCase'>): void {
    this.changes.event('severity', alarm, workCase, `${at}-${alarm.severity}`);
    const clock = this.#clocks.get(workCase.id);
    if (!clock || before === null || severityRank(alarm.severity) <= severityRank(before)) return;
    const dueAt = this.#now + acceptLimitMs(alarm.severity, this.#context);
    if (dueAt >= clock.dueAt) return;
    clock.dueAt = dueAt;
    this.changes.clock(clock);
    this.changes.case(workCase);
  }

  async #recover(alarm: Row<'alarm'>, workCase: Row<'workCase'>): Promise<void> {
    this.changes.event('cleared', alarm, workCase, '1');
    if (workCase.status === 'closed') return;
    this.changes.step(workCase, { kind: 'recovered' });
    this.changes.notice(workCase, 'recovered', await this.#toTell(workCase), '1');
  }

  async #retract({ alarm, at }: AlarmTransition, workCase: Row<'workCase'>): Promise<void> {
    if (workCase.status === 'closed') return;
    this.changes.step(workCase, { kind: 'retracted' });
    this.changes.notice(workCase, 'retracted', await this.#toTell(workCase), String(at));
    const clock = this.#clocks.get(workCase.id);
    if (workCase.status === 'dispatched') {
      Object.assign(workCase, { status: 'closed', closedAt: this.#now } satisfies Partial<Row<'workCase'>>);
      this.changes.step(workCase, { kind: 'closed' });
      // Nobody was too late: there was nothing to accept.
      if (clock) this.changes.clock({ ...clock, state: 'met' });
      this.#clocks.delete(workCase.id);
    }
    this.changes.event('retracted', alarm, workCase, String(at));
  }

  async #reinstate(alarm: Row<'alarm'>, workCase: Row<'workCase'>): Promise<void> {
    this.changes.step(workCase, { kind: 'reinstated' });
    if (workCase.status !== 'closed') return;
    const asked = await this.#askFrom(alarm.gridId);
    const last = asked.at(-1);
    Object.assign(workCase, {
      status: 'dispatched',
      tier: last?.area.tier ?? 'grid',
      areaId: last?.area.id ?? alarm.gridId,
      assigneeId: last?.personId ?? null,
      handlerId: null,
      acceptedAt: null,
      handledAt: null,
      closedAt: null,
    } satisfies Partial<Row<'workCase'>>);
    this.changes.step(workCase, { kind: 'dispatched', areaId: workCase.areaId, toPersonId: workCase.assigneeId });
    const number = (await countClocks(this.#tx, workCase.id)) + 1;
    const clock = acceptClock(workCase.id, number, this.#now, acceptLimitMs(alarm.severity, this.#context));
    this.#clocks.set(workCase.id, clock);
    this.changes.clock(clock);
    this.changes.notice(workCase, 'dispatched', await this.#toTell(workCase), String(number));
    this.changes.event('raised', alarm, workCase, String(number));
  }

  /** Who has the case; the duty officers when nobody has. */
  async #toTell(workCase: Row<'workCase'>): Promise<string[]> {
    const person = workCase.handlerId ?? workCase.assigneeId;
    if (person !== null) return [person];
    let officers = this.#officers.get(workCase.gridId);
    if (!officers) {
      officers = await dutyOfficers(this.#tx, this.#path(workCase.gridId));
      this.#officers.set(workCase.gridId, officers);
    }
    return officers;
  }

  async #askFrom(gridId: string): Promise<Asked[]> {
    let asked = this.#asked.get(gridId);
    if (!asked) {
      asked = await askOnDuty(this.#tx, this.#path(gridId), this.#now, this.#context.settings.response.timeZone);
      this.#asked.set(gridId, asked);
    }
    return asked;
  }

  #path(gridId: string): Area[] {
    return pathUp(this.#context.areas, gridId);
  }
}
