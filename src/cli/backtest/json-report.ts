import type { TrialAlarm, TrialDifference } from '../../model/backtest.ts';
import type { ReportParts } from './report.ts';

/**
 * A backtest for programs. `ledger` is in measured time only and in one order, so that it is the same to the byte
 * however the readings came in; what depends on when they arrived stands in other parts, silence among them.
 * @param silent ids of the rules that go by received time
 */
export function jsonReport({ result, data, against }: ReportParts, type: string, silent: ReadonlySet<string>): string {
  const { ledger, corrections, difference, counts, first, last } = result;
  const answer = {
    type,
    from: timeOf(first),
    to: timeOf(last),
    ledger: ledger.filter(({ rule }) => !silent.has(rule)).map(alarmOf),
    silences: ledger.filter(({ rule }) => silent.has(rule)).map(alarmOf),
    corrections: corrections.map(({ at, receivedAt, before, now, ...about }) => ({
      ...about,
      measured: timeOf(at),
      received: timeOf(receivedAt),
      before: before && alarmOf(before),
      now: now && alarmOf(now),
    })),
    counts: { lines: data.lines, ...counts, problems: data.problems.count },
    difference: difference && {
      against,
      ...difference,
      alarms: difference.alarms.map(differenceOf),
    },
    problems: { counts: data.problems.counts, first: data.problems.first },
    notes: data.notes,
  };
  return JSON.stringify(answer, null, 2);
}

function alarmOf({ rule, device, raised, cleared, peak, count, path }: TrialAlarm) {
  const steps = path.map(({ at, severity }) => ({ at: timeOf(at), severity }));
  return { rule, device, raised: timeOf(raised), cleared: timeOf(cleared), peak, count, path: steps };
}

function differenceOf(one: TrialDifference) {
  const { kind, rule, device } = one;
  return {
    kind,
    rule,
    device,
    before: kind === 'added' ? null : alarmOf(one.before),
    now: kind === 'removed' ? null : alarmOf(one.now),
  };
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
