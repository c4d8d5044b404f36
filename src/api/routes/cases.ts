import { z } from 'zod';
import { caseStatuses } from '../../model/case.ts';
import { acceptCase, type Deed, handleCase, noteCase, verifyCase } from '../../response/actions.ts';
import { TocsinError } from '../../shared/errors.ts';
import { caller } from '../access/authenticate.ts';
import { isVisible, type Scope } from '../access/scope.ts';
import type { SignedIn } from '../access/session.ts';
import { type Api, byId, commaSeparated, limitUpTo, time } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Case, CaseDetail, Note, Verification } from '../contract.ts';
import { findAlarms } from '../queries/alarms.ts';
import { findCaseSteps, findCases } from '../queries/cases.ts';
import { gridsToSearch } from '../queries/grids-to-search.ts';
import { responseContextFor } from './response-context.ts';

const tags = ['cases'];
/** A deed without a body is one without a note. */
const OptionalNote = Note.nullish();

const CaseQuery = z.object({
  status: commaSeparated(z.enum(caseStatuses)).describe('one or more, with commas'),
  grid: z.string().optional().describe('an area: cases in it and below'),
  mine: z.stringbool().default(false).describe('only those that the caller has'),
  before: time.optional().describe('only cases opened before: openedAt of the last one of the page before'),
  limit: limitUpTo(1000, 200),
});

export function caseRoutes(api: Api, context: ApiContext): void {
  const { store } = context;

  api.get(
    '/cases',
    {
      config: { may: 'case.read' },
      schema: {
        tags,
        summary: 'Cases, the newest first',
        description: 'A page never ends between cases of the same moment, so it can be a few longer than `limit`.',
        querystring: CaseQuery,
        response: { 200: z.array(Case) },
      },
    },
    async (request) => {
      const { status, grid, mine, before, limit } = request.query;
      const gridIds = await gridsToSearch(store, request.scope, grid);
      const assigneeId = mine ? caller(request).id : undefined;
      return await findCases(store, { statuses: status, gridIds, assigneeId, before, limit });
    },
  );

  api.get(
    '/cases/:id',
    {
      config: { may: 'case.read' },
      schema: { tags, summary: 'One case with its alarm and steps', params: byId, response: { 200: CaseDetail } },
    },
    async (request) => await caseDetail(context, request.params.id, request.scope),
  );

  api.post(
    '/cases/:id/accept',
    {
      config: { may: 'case.work' },
      schema: {
        tags,
        summary: 'Take a case; this acknowledges its alarm too',
        params: byId,
        body: OptionalNote,
        response: { 200: CaseDetail },
      },
    },
    async (request) => {
      const deed = await deedOn(context, request.params.id, request.scope, caller(request), request.body?.note);
      await acceptCase(store, deed, await responseContextFor(context, deed.caseId));
      return await caseDetail(context, deed.caseId, request.scope);
    },
  );

  api.post(
    '/cases/:id/note',
    {
      config: { may: 'case.work' },
      schema: {
        tags,
        summary: 'Write something down',
        params: byId,
        body: z.object({ note: z.string().min(1).max(2000) }),
        response: { 200: CaseDetail },
      },
    },
    async (request) => {
      const { note } = request.body;
      const deed = await deedOn(context, request.params.id, request.scope, caller(request), note);
      await noteCase(store, { ...deed, note }, await responseContextFor(context, deed.caseId));
      return await caseDetail(context, deed.caseId, request.scope);
    },
  );

  api.post(
    '/cases/:id/handled',
    {
      config: { may: 'case.work' },
      schema: {
        tags,
        summary: 'Report that the work is done; someone else will check it',
        params: byId,
        body: OptionalNote,
        response: { 200: CaseDetail },
      },
    },
    async (request) => {
      const deed = await deedOn(context, request.params.id, request.scope, caller(request), request.body?.note);
      await handleCase(store, deed, await responseContextFor(context, deed.caseId));
      return await caseDetail(context, deed.caseId, request.scope);
    },
  );

  api.post(
    '/cases/:id/verify',
    {
      config: { may: 'case.verify' },
      schema: {
        tags,
        summary: "Check someone else's work: close the case or send it back",
        params: byId,
        body: Verification,
        response: { 200: CaseDetail },
      },
    },
    async (request) => {
      const { note, pass } = request.body;
      const deed = await deedOn(context, request.params.id, request.scope, caller(request), note);
      await verifyCase(store, { ...deed, pass }, await responseContextFor(context, deed.caseId));
      return await caseDetail(context, deed.caseId, request.scope);
    },
  );
}

async function deedOn(
  context: ApiContext,
  caseId: string,
  scope: Scope,
  person: SignedIn,
  note: string | undefined,
): Promise<Deed> {
  await visibleCase(context, caseId, scope);
  return { caseId, personId: person.id, at: context.clock.now(), note: note ?? null };
}

/** @throws TocsinError NOT_FOUND, also when it is where the caller sees nothing. */
async function visibleCase(context: ApiContext, id: string, scope: Scope): Promise<Case> {
  const [found] = await findCases(context.store, { ids: [id] });
  if (!found || !isVisible(scope, found.gridId)) throw new TocsinError('NOT_FOUND', `There is no case ${id}.`);
  return found;
}

async function caseDetail(context: ApiContext, id: string, scope: Scope): Promise<CaseDetail> {
  const found = await visibleCase(context, id, scope);
  const [alarm] = await findAlarms(context.store, context.deviceTypes, { ids: [found.alarmId] });
  return { ...found, alarm: alarm!, steps: await findCaseSteps(context.store, id) };
}
