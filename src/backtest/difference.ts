import type { TrialAlarm, TrialComparison, TrialDifference } from '../model/backtest.ts';
import { byBeginning } from './ledger.ts';

/** One set of rules and what it made of the readings. */
export interface Judged {
  rules: readonly string[];
  alarms: readonly TrialAlarm[];
}

/**
 * Holds what two sets of rules made of the same readings against each other. Alarms are the same when they are of one
 * rule and device and overlap in time; of a rule that only one set has, all alarms are its own.
 */
export function differenceOf(before: Judged, now: Judged): TrialComparison {
  const alarms: TrialDifference[] = [];
  const open = Map.groupBy(before.alarms, seriesOf);
  let same = 0;
  for (const alarm of now.alarms) {
    const { rule, device } = alarm;
    const others = open.get(seriesOf(alarm));
    const index = others?.findIndex((other) => overlap(other, alarm)) ?? -1;
    if (index < 0) {
      alarms.push({ kind: 'added', rule, device, now: alarm });
      continue;
    }
    const [other] = others!.splice(index, 1);
    if (alike(other!, alarm)) same++;
    else alarms.push({ kind: 'changed', rule, device, before: other!, now: alarm });
  }
  for (const alarm of [...open.values()].flat()) {
    alarms.push({ kind: 'removed', rule: alarm.rule, device: alarm.device, before: alarm });
  }
  const rulesAdded = missingIn(before, now);
  const rulesMissing = missingIn(now, before);
  // A file with one rule is not told about the alarms of all the others.
  const told = alarms.filter(({ rule }) => !rulesMissing.some((missing) => missing.rule === rule));
  const number = (kind: TrialDifference['kind']) => told.filter((one) => one.kind === kind).length;
  return {
    same,
    added: number('added'),
    removed: number('removed'),
    changed: number('changed'),
    alarms: told.sort((a, b) => byBeginning(newest(a), newest(b))),
    rulesAdded,
    rulesMissing,
  };
}

function missingIn(one: Judged, other: Judged): { rule: string; alarms: number }[] {
  return other.rules
    .filter((rule) => !one.rules.includes(rule))
    .map((rule) => ({ rule, alarms: other.alarms.filter((alarm) => alarm.rule === rule).length }));
}

const newest = (one: TrialDifference) => (one.kind === 'removed' ? one.before : one.now);

const seriesOf = ({ rule, device }: TrialAlarm) => `${device} ${rule}`;

function overlap(one: TrialAlarm, other: TrialAlarm): boolean {
  const endOf = ({ cleared }: TrialAlarm) => cleared ?? Number.POSITIVE_INFINITY;
  return one.raised <= endOf(other) && other.raised <= endOf(one);
}

function alike(one: TrialAlarm, other: TrialAlarm): boolean {
  const facts = ({ raised, cleared, path }: TrialAlarm) => [
    raised,
    cleared,
    path.map(({ at, severity }) => [at, severity]),
  ];
  return JSON.stringify(facts(one)) === JSON.stringify(facts(other));
}
