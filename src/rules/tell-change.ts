import type { ToldEffect } from '../model/alarm.ts';
import { alarmId } from './alarm-id.ts';
import { type CompiledRule, versionOf } from './compile.ts';
import { ruleChange, severityOf } from './rule-judge.ts';
import type { RuleStates } from './rule-states.ts';

/** What a sample changed about the alarm of a rule. */
export interface Change {
  deviceId: string;
  rule: CompiledRule;
  /** Of the rule, in its type. */
  index: number;
  /** See `ruleChange`. */
  changed: number;
  /** Measured and received time of the sample, and what it says. */
  at: number;
  receivedAt: number;
  values: Record<string, number>;
}

/** Tells it as effects, and has the states know which alarm is under way. */
export function tellChange(change: Change, states: RuleStates, tell: (effect: ToldEffect) => void): void {
  const { deviceId, rule, index, changed, at, receivedAt, values } = change;
  const { cells } = states;
  const ids = states.openIds();
  const common = { at, receivedAt, values };
  const severity = severityOf(rule, cells);
  if (changed & ruleChange.cleared) {
    tell({ kind: 'cleared', alarmId: ids[index]!, ...common });
    ids[index] = null;
  }
  if (changed & ruleChange.raised) {
    const id = alarmId(rule.id, deviceId, at);
    ids[index] = id;
    const about = { alarmId: id, severity, ruleId: rule.id, deviceId, ...versionOf(rule) };
    tell({ kind: 'raised', ...about, ...(rule.lifeSafety && { lifeSafety: true }), ...common });
  }
  if (changed & ruleChange.severity) tell({ kind: 'severity', alarmId: ids[index]!, severity, ...common });
  if (changed & ruleChange.continued)
    tell({ kind: 'continued', alarmId: ids[index]!, count: cells[rule.cells.count]!, ...common });
  if (changed & ruleChange.cleared) states.closeIds();
}
