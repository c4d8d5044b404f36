import type { AlarmDetail } from '../../api/contract.ts';

type Change = AlarmDetail['changes'][number];
type Step = NonNullable<AlarmDetail['case']>['steps'][number];

export interface HistoryEntry {
  key: string;
  at: number;
  /** What happened to the alarm, to its case, or to both by one deed. */
  change?: Change;
  step?: Step;
}

/**
 * What happened to an alarm and to its case, as one story, newest first. The story is told by the clock of the
 * service: a change that the rules found is told when it could be known. Whoever acknowledges accepts the case with the
 * same deed, so that is told once.
 */
export function history(alarm: Pick<AlarmDetail, 'changes' | 'case'>): HistoryEntry[] {
  const steps = [...(alarm.case?.steps ?? [])];
  const entries: HistoryEntry[] = alarm.changes.map((change) => {
    const same = steps.findIndex((step) => isOneDeed(change, step));
    const step = same < 0 ? undefined : steps.splice(same, 1)[0];
    return { key: `change ${change.seq}`, at: change.recordedAt, change, ...(step ? { step } : {}) };
  });
  entries.push(...steps.map((step) => ({ key: `step ${step.seq}`, at: step.at, step })));
  return entries
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => b.entry.at - a.entry.at || b.index - a.index)
    .map(({ entry }) => entry);
}

function isOneDeed(change: Change, step: Step): boolean {
  const kinds = change.kind === 'acknowledged' && step.kind === 'accepted';
  return kinds && change.recordedAt === step.at && change.by !== null && change.by.id === step.by?.id;
}
