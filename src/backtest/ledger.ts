import type { TrialAlarm } from '../model/backtest.ts';
import type { Episode } from '../model/episode.ts';

/** What of a trial's alarms is asked for: those that were not over before `from`, in measured time. */
export interface Span {
  /** Milliseconds since the epoch; null: from the first reading on. */
  from: number | null;
}

/** The alarms of a trial by their beginning, then rule, then device: one order, whatever order they came in. */
export function ledgerOf(episodes: Iterable<Episode>, { from }: Span): TrialAlarm[] {
  const alarms: TrialAlarm[] = [];
  for (const episode of episodes) {
    if (from !== null && episode.clearedAt !== null && episode.clearedAt < from) continue;
    alarms.push(alarmOf(episode));
  }
  return alarms.sort(byBeginning);
}

export function byBeginning(a: TrialAlarm, b: TrialAlarm): number {
  return a.raised - b.raised || compare(a.rule, b.rule) || compare(a.device, b.device);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An episode as a backtest tells it. */
export function alarmOf({ ruleId, deviceId, raisedAt, clearedAt, peakSeverity, count, path }: Episode): TrialAlarm {
  return {
    rule: ruleId,
    device: deviceId,
    raised: raisedAt,
    cleared: clearedAt,
    peak: peakSeverity,
    count,
    path: [...path],
  };
}
