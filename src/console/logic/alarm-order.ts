import type { Alarm } from '../../api/contract.ts';
import { compareSeverity } from './severity.ts';

/** Whether a person still has to say that he has seen it: not of one that was taken back. */
export function isUnacknowledged(alarm: Pick<Alarm, 'state'> & Partial<Pick<Alarm, 'correction'>>): boolean {
  if (alarm.correction === 'retracted') return false;
  return alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged';
}

/** Order of the live list: worst first, then unacknowledged first, then newest first; the id makes it total. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    Number(b.active) - Number(a.active) ||
    compareSeverity(a.severity, b.severity) ||
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    b.raisedAt - a.raisedAt ||
    a.id.localeCompare(b.id)
  );
}

/** Order of the live list for someone who answers for some areas: what is his own first. */
export function compareOwnFirst(isOwn: (alarm: Alarm) => boolean): (a: Alarm, b: Alarm) => number {
  return (a, b) => Number(b.active) - Number(a.active) || Number(isOwn(b)) - Number(isOwn(a)) || compareAlarms(a, b);
}

/** Order of history: newest first. */
export function compareByTime(a: Alarm, b: Alarm): number {
  return b.raisedAt - a.raisedAt || a.id.localeCompare(b.id);
}
