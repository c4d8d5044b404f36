import { z } from 'zod';
import { caseStatuses } from '../../model/case.ts';
import { acceptCase, type Deed, handleCase, noteCase, verifyCase } from '../../response/actions.ts';
import type { ResponseContext } from '../../response/context.ts';
import { TocsinError } from '../../shared/errors.ts';
import { caller } from '../access/authenticate.ts';
import { isVisible, type Scope } from '../access/scope.ts';
import { type Api, byId, commaSeparated, limitUpTo, time } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Case, CaseDetail, Note, Verification } from '../contract.ts';
import { alarmsWithIds } from '../queries/alarms.ts';
import { casesWithIds, findCaseSteps, findCases } from '../queries/cases.ts';
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

  /** A route by which the caller does something to a case, and gets it as it is then. */
  function deedRoute<Body extends z.ZodType<{ note?: string | undefined } | null | undefined>>(
    name: string,
    given: { may: 'case.work' | 'case.verify'; summary: string; body: Body },
    act: (deed: Deed, body: z.output<Body>, response: ResponseContext) => Promise<unknown>,
  ): void {
    const { may, summary, body } = given;
    api.post(
      `/cases/:id/${name}`,
      { config: { may }, schema: { tags, summary, params: byId, body, response: { 200: CaseDetail } } },
      async (request) => {
        const { id: caseId } = request.params;
        await visibleCase(context, caseId, request.scope);
        const sent = request.body as z.output<Body>;
        const deed = { caseId, personId: caller(request).id, at: context.clock.now(), note: sent?.note ?? null };
        await act(deed, sent, await responseContextFor(context, caseId));
        return await caseDetail(context, caseId, request.scope);
      },
    );
  }

  deedRoute(
    'accept',
    { may: 'case.work', summary: 'Take a case; this acknowledges its alarm too', body: OptionalNote },
    (deed, _, response) => acceptCase(store, deed, response),
  );
  deedRoute(
    'note',
    { may: 'case.work', summary: 'Write something down', body: z.object({ note: z.string().min(1).max(2000) }) },
    (deed, { note }, response) => noteCase(store, { ...deed, note }, response),
  );
  deedRoute(
    'handled',
    {
      may: 'case.work',
      summary: 'Report that the work is done; someone else will check it',
      body: OptionalNote,
    },
    (deed, _, response) => handleCase(store, deed, response),
  );
  deedRoute(
    'verify',
    {
      may: 'case.verify',
      summary: "Check someone else's work: close the case or send it back",
      body: Verification,
    },
    (deed, { pass }, response) => verifyCase(store, { ...deed, pass }, response),
  );
}

/** @throws TocsinError NOT_FOUND, also when it is where the caller sees nothing. */
async function visibleCase(context: ApiContext, id: string, scope: Scope): Promise<Case> {
  const [found] = await casesWithIds(context.store, [id]);
  if (!found || !isVisible(scope, found.gridId)) throw new TocsinError('NOT_FOUND', `There is no case ${id}.`);
  return found;
}

async function caseDetail(context: ApiContext, id: string, scope: Scope): Promise<CaseDetail> {
  const found = await visibleCase(context, id, scope);
  const [alarm] = await alarmsWithIds(context.store, context.deviceTypes, [found.alarmId]);
  return { ...found, alarm: alarm!, steps: await findCaseSteps(context.store, id) };
}
