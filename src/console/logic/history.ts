import type { AlarmDetail } from '../../api/contract.ts';

type Change = AlarmDetail['changes'][number];
type Step = NonNullable<AlarmDetail['case']>['steps'][number];

export type HistoryEntry =
  | { key: string; at: number; change: Change; step?: undefined }
  | { key: string; at: number; step: Step; change?: undefined };

/**
 * What happened to an alarm and to its case, as one story, newest first. The story is told by the clock of the
 * service: a change that the rules found is told when it could be known.
 */
export function history(alarm: Pick<AlarmDetail, 'changes' | 'case'>): HistoryEntry[] {
  const entries: HistoryEntry[] = [
    ...alarm.changes.map((change) => ({ key: `change ${change.seq}`, at: change.recordedAt, change })),
    ...(alarm.case?.steps ?? []).map((step) => ({ key: `step ${step.seq}`, at: step.at, step })),
  ];
  return entries
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => b.entry.at - a.entry.at || b.index - a.index)
    .map(({ entry }) => entry);
}
