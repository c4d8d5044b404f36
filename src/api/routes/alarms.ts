import { z } from 'zod';
import { acknowledgeAlarm } from '../../alarms/acknowledge.ts';
import { ruleById } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import { acceptCase } from '../../response/actions.ts';
import { TocsinError } from '../../shared/errors.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import { isVisible, type Scope } from '../access/scope.ts';
import type { SignedIn } from '../access/session.ts';
import { type Api, byId, commaSeparated, limitUpTo, time } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Alarm, AlarmDetail, NewBaselineWord, Note, Severity } from '../contract.ts';
import { findAlarmChanges } from '../queries/alarm-changes.ts';
import { alarmsWithIds, findAlarms } from '../queries/alarms.ts';
import { findCaseSteps, findCases } from '../queries/cases.ts';
import { findDevices } from '../queries/devices.ts';
import { gridsToSearch } from '../queries/grids-to-search.ts';
import { findHeardBaselines } from '../queries/heard-baselines.ts';
import { record } from '../record.ts';
import { sayWord, takeBackWord } from '../words/say-word.ts';
import { responseContextFor } from './response-context.ts';

const tags = ['alarms'];

const AlarmQuery = z.object({
  active: z.stringbool().optional(),
  severity: commaSeparated(Severity).describe('one or more, with commas'),
  grid: z.string().optional().describe('an area: alarms in it and below'),
  device: z.string().optional(),
  type: z.string().optional().describe('a device type'),
  before: time.optional().describe('only alarms that began before: raisedAt of the last one of the page before'),
  limit: limitUpTo(1000, 200),
});

export function alarmRoutes(api: Api, context: ApiContext): void {
  const { store, deviceTypes } = context;

  api.get(
    '/alarms',
    {
      config: { may: 'alarm.read' },
      schema: {
        tags,
        summary: 'Alarms, the newest first',
        description: 'A page never ends between alarms of the same moment, so it can be a few longer than `limit`.',
        querystring: AlarmQuery,
        response: { 200: z.array(Alarm) },
      },
    },
    async (request) => {
      const { grid, severity, device, ...rest } = request.query;
      const gridIds = await gridsToSearch(store, request.scope, grid);
      return await findAlarms(store, deviceTypes, { gridIds, severities: severity, deviceId: device, ...rest });
    },
  );

  api.get(
    '/alarms/:id',
    {
      config: { may: 'alarm.read' },
      schema: { tags, summary: 'One alarm with all that belongs to it', params: byId, response: { 200: AlarmDetail } },
    },
    async (request) => await alarmDetail(context, request.params.id, request.scope),
  );

  api.post(
    '/alarms/:id/acknowledge',
    {
      config: { may: 'alarm.acknowledge' },
      schema: {
        tags,
        summary: 'Note that the caller has seen it; this accepts its case too',
        params: byId,
        body: Note.nullish(),
        response: { 200: AlarmDetail },
      },
    },
    async (request) => {
      const { id } = request.params;
      await visibleAlarm(context, id, request.scope);
      await acknowledge(context, id, caller(request), request.body?.note ?? null);
      return await alarmDetail(context, id, request.scope);
    },
  );

  api.post(
    '/alarms/:id/words',
    {
      config: { may: 'alarm.acknowledge' },
      schema: {
        tags,
        summary: 'Say of an alarm that asks a baseline that it was false or right, or that this is normal now',
        description:
          'A false alarm makes the baseline of its channels less sensitive, a right one more so, within limits; `new-normal` makes the value now what is expected. It holds from the next entry of the journal on.',
        params: byId,
        body: NewBaselineWord,
        response: { 200: AlarmDetail },
      },
    },
    async (request) =>
      await after(context, request.params.id, request.scope, (alarm) =>
        sayWord(context, caller(request), alarm, request.body.verdict),
      ),
  );

  api.post(
    '/alarms/:id/words/:verdict/take-back',
    {
      config: { may: 'alarm.acknowledge' },
      schema: {
        tags,
        summary: 'Take back what was said of an alarm',
        params: byId.extend({ verdict: NewBaselineWord.shape.verdict }),
        response: { 200: AlarmDetail },
      },
    },
    async (request) =>
      await after(context, request.params.id, request.scope, (alarm) =>
        takeBackWord(context, caller(request), alarm, request.params.verdict),
      ),
  );
}

/** Does something to an alarm that the caller sees, and shows what has become of it. */
async function after(context: ApiContext, id: string, scope: Scope, deed: (alarm: AlarmDetail) => Promise<void>) {
  await deed(await alarmDetail(context, id, scope));
  return await alarmDetail(context, id, scope);
}

/** Acknowledging and accepting are one deed; an alarm that has no case (of a device in no grid) is only acknowledged. */
async function acknowledge(context: ApiContext, alarmId: string, person: SignedIn, note: string | null): Promise<void> {
  const { store, clock } = context;
  const [case_] = await findCases(store, { alarmId });
  const deed = { personId: person.id, at: clock.now(), note };
  if (case_) {
    await acceptCase(store, { ...deed, caseId: case_.id }, await responseContextFor(context, case_.id));
    return;
  }
  await inTransaction(store, async (tx) => {
    await acknowledgeAlarm(tx, { ...deed, alarmId });
    await record(tx, context, person, 'alarm.acknowledged', `alarm/${alarmId}`, { note });
  });
}

/** @throws TocsinError NOT_FOUND, also when it is where the caller sees nothing. */
async function visibleAlarm(context: ApiContext, id: string, scope: Scope): Promise<Alarm> {
  const [alarm] = await alarmsWithIds(context.store, context.deviceTypes, [id]);
  if (!alarm || !isVisible(scope, alarm.gridId)) throw new TocsinError('NOT_FOUND', `There is no alarm ${id}.`);
  return alarm;
}

/** The rule as it was when it raised the alarm; as it is now, for alarms of before rules had versions. */
async function ruleOfAlarm({ store, rules, deviceTypes }: ApiContext, alarm: Alarm): Promise<Rule | null> {
  // Versions of the last seconds are read, too.
  await rules.history();
  const row = await store.selectFrom('alarm').select('ruleVersion').where('id', '=', alarm.id).executeTakeFirst();
  return ruleById(deviceTypes, alarm.ruleId, row?.ruleVersion);
}

async function alarmDetail(context: ApiContext, id: string, scope: Scope): Promise<AlarmDetail> {
  const { store } = context;
  const alarm = await visibleAlarm(context, id, scope);
  const [case_] = await findCases(store, { alarmId: id });
  const [device] = await findDevices(store, { ids: [alarm.deviceId] });
  const rule = await ruleOfAlarm(context, alarm);
  return {
    ...alarm,
    rule,
    baselines: await findHeardBaselines(store, alarm.deviceId, rule),
    device: device ?? null,
    changes: await findAlarmChanges(store, id),
    case: case_ ? { ...case_, steps: await findCaseSteps(store, case_.id) } : null,
  };
}
