import type { Alarm, Case } from '../../api/contract.ts';
import { compareSeverity } from './severity.ts';

export interface CaseRow {
  case_: Case;
  /** Undefined until it has been read. */
  alarm: Alarm | undefined;
}

const stage: Readonly<Record<Case['status'], number>> = { dispatched: 0, handled: 1, accepted: 2, closed: 3 };

/** What waits for somebody first: not accepted, then to be verified, then in hand; within these the worst, then the newest. */
export function compareCases(a: CaseRow, b: CaseRow): number {
  return (
    stage[a.case_.status] - stage[b.case_.status] ||
    (a.case_.status === 'closed' ? 0 : compareSeverity(a.alarm?.severity ?? null, b.alarm?.severity ?? null)) ||
    b.case_.openedAt - a.case_.openedAt ||
    a.case_.id.localeCompare(b.case_.id)
  );
}
