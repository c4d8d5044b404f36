import type { CaseStatus } from '../../model/case.ts';
import { runFixed } from '../../store/fixed-statement.ts';
import { inFixedParts } from '../../store/in-parts.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { Case, CaseDetail } from '../contract.ts';

export interface CaseFilter {
  alarmId?: string | undefined;
  gridIds?: readonly string[] | undefined;
  statuses?: readonly CaseStatus[] | undefined;
  assigneeId?: string | undefined;
  /** Only those that were opened before, milliseconds since the epoch. */
  before?: number | undefined;
  limit?: number | undefined;
}

/** Cases, the newest first; like alarms, a page never ends between cases of one moment. */
export async function findCases(db: StoreOrTransaction, filter: CaseFilter): Promise<Case[]> {
  const query = filtered(db, filter);
  const rows = await (filter.limit ? query.limit(filter.limit) : query).execute();
  const last = rows.at(-1);
  if (last && rows.length === filter.limit) {
    rows.push(
      ...(await query.where('workCase.openedAt', '=', last.openedAt).where('workCase.id', '<', last.id).execute()),
    );
  }
  return rows.map(toCase);
}

/** Those with these ids, in no order. */
export async function casesWithIds(db: StoreOrTransaction, ids: readonly string[]): Promise<Case[]> {
  const found: Case[] = [];
  for (const part of inFixedParts(ids)) {
    const rows = await runFixed(db, `cases shown ${part.length}`, [...runningClock, ...part], () =>
      selectCases(db).where('workCase.id', 'in', [...part]),
    );
    found.push(...rows.map(toCase));
  }
  return found;
}

function filtered(db: StoreOrTransaction, filter: CaseFilter) {
  let query = selectCases(db).orderBy('workCase.openedAt', 'desc').orderBy('workCase.id', 'desc');
  if (filter.alarmId) query = query.where('workCase.alarmId', '=', filter.alarmId);
  if (filter.gridIds) query = query.where('workCase.gridId', 'in', [...filter.gridIds]);
  if (filter.statuses) query = query.where('workCase.status', 'in', [...filter.statuses]);
  if (filter.assigneeId) query = query.where('workCase.assigneeId', '=', filter.assigneeId);
  if (filter.before !== undefined) query = query.where('workCase.openedAt', '<', filter.before);
  return query;
}

const runningClock = ['accept', 'running'] as const;

function selectCases(db: StoreOrTransaction) {
  return db
    .selectFrom('workCase')
    .leftJoin('person as assignee', 'assignee.id', 'workCase.assigneeId')
    .leftJoin('person as handler', 'handler.id', 'workCase.handlerId')
    .selectAll('workCase')
    .select(['assignee.name as assigneeName', 'handler.name as handlerName'])
    .select((e) =>
      e
        .selectFrom('slaClock')
        .select((inner) => inner.fn.min('dueAt').as('dueAt'))
        .whereRef('slaClock.caseId', '=', 'workCase.id')
        .where('slaClock.kind', '=', runningClock[0])
        .where('slaClock.state', '=', runningClock[1])
        .as('acceptDueAt'),
    );
}

type CaseRow = Awaited<ReturnType<ReturnType<typeof selectCases>['execute']>>[number];

function toCase(row: CaseRow): Case {
  const { assigneeId, assigneeName, handlerId, handlerName, ...rest } = row;
  return {
    ...rest,
    assignee: assigneeId ? { id: assigneeId, name: assigneeName ?? assigneeId } : null,
    handler: handlerId ? { id: handlerId, name: handlerName ?? handlerId } : null,
  };
}

/** What happened to a case, in order. */
export async function findCaseSteps(db: StoreOrTransaction, caseId: string): Promise<CaseDetail['steps']> {
  const rows = await db
    .selectFrom('caseStep')
    .leftJoin('person as by', 'by.id', 'caseStep.byPersonId')
    .leftJoin('person as to', 'to.id', 'caseStep.toPersonId')
    .selectAll('caseStep')
    .select(['by.name as byName', 'to.name as toName'])
    .where('caseId', '=', caseId)
    .orderBy('seq')
    .execute();
  return rows.map(({ caseId: _, byPersonId, byName, toPersonId, toName, ...row }) => ({
    ...row,
    by: byPersonId ? { id: byPersonId, name: byName ?? byPersonId } : null,
    to: toPersonId ? { id: toPersonId, name: toName ?? toPersonId } : null,
  }));
}
