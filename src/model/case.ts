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
  'retracted',
  'reinstated',
  'closed',
] as const;

export type CaseStepKind = (typeof caseStepKinds)[number];

/** Why a person gets a notice about a case. */
export const noticeReasons = ['dispatched', 'escalated', 'recovered', 'retracted', 'sent-back', 'handled'] as const;

export type NoticeReason = (typeof noticeReasons)[number];
