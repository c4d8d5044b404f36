import type { Severity } from '../model/severity.ts';
import type { StoreOrTransaction } from '../store/open.ts';
import type { Row } from '../store/schema.ts';
import type { ResponseContext } from './context.ts';

/** How long a case of a severity may wait for someone to accept it, milliseconds. */
export function acceptLimitMs(severity: Severity, context: ResponseContext): number {
  return context.settings.response.accept[severity];
}

/** The `number`-th clock of a case: 1 when it is opened, one more at each escalation. */
export function acceptClock(caseId: string, number: number, startedAt: number, limitMs: number): Row<'slaClock'> {
  return {
    id: `${caseId}/accept/${number}`,
    caseId,
    kind: 'accept',
    startedAt,
    dueAt: startedAt + limitMs,
    state: 'running',
  };
}

/** How many clocks a case has had. */
export async function countClocks(db: StoreOrTransaction, caseId: string): Promise<number> {
  const { clocks } = await db
    .selectFrom('slaClock')
    .select((e) => e.fn.countAll<number>().as('clocks'))
    .where('caseId', '=', caseId)
    .executeTakeFirstOrThrow();
  return clocks;
}
