/**
 * The life of a case. The handler of a case never closes it: `handled` waits for a second person, whose check closes
 * it or sends it back.
 */
export const caseStatuses = ['dispatched', 'accepted', 'handled', 'closed'] as const;

export type CaseStatus = (typeof caseStatuses)[number];

/** What can happen to a case, each with who, when and a note. */
export const caseStepKinds = [
  'opened',
  'dispatched',
  'escalated',
  'accepted',
  'noted',
  'handled',
  'sent-back',
  'recovered',
  'closed',
] as const;

export type CaseStepKind = (typeof caseStepKinds)[number];
