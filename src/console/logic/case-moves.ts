import type { Case, CaseDetail, Person } from '../../api/contract.ts';
import { allows } from '../../model/permission.ts';

export type CaseMove = 'accept' | 'note' | 'handled' | 'verify';

type Steps = Pick<CaseDetail['steps'][number], 'kind' | 'by'>[];

/** Whether someone accepted the case or reported it handled, now or in an earlier round: then another one verifies. */
export function workedOn(steps: Steps, personId: string): boolean {
  return steps.some(({ kind, by }) => by?.id === personId && (kind === 'accepted' || kind === 'handled'));
}

/** What a person can do with a case now. */
export function caseMoves(
  case_: Pick<Case, 'status'> & { steps: Steps },
  person: Pick<Person, 'id' | 'role'>,
): CaseMove[] {
  const moves: CaseMove[] = [];
  if (case_.status === 'dispatched' && allows(person.role, 'case.work')) moves.push('accept');
  if (case_.status === 'accepted' && allows(person.role, 'case.work')) moves.push('handled');
  if (case_.status === 'handled' && allows(person.role, 'case.verify') && !workedOn(case_.steps, person.id)) {
    moves.push('verify');
  }
  if (allows(person.role, 'case.work')) moves.push('note');
  return moves;
}
