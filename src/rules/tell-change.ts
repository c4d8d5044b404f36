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

/**
 * Tells it as effects, and has the states know which alarm is under way.
 * @param told alarms that are known, by their ids: one that began here at first, and then turned out to have begun and
 * ended before, goes by what would be the id of this one.
 */
export function tellChange(
  change: Change,
  states: RuleStates,
  told: ReadonlyMap<string, unknown>,
  tell: (effect: ToldEffect) => void,
): void {
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
    const own = alarmId(rule.id, deviceId, at);
    const id = told.has(own) ? alarmId(rule.id, deviceId, -at) : own;
    ids[index] = id;
    const about = { alarmId: id, severity, ruleId: rule.id, deviceId, ...versionOf(rule) };
    tell({ kind: 'raised', ...about, ...(rule.lifeSafety && { lifeSafety: true }), ...common });
  }
  if (changed & ruleChange.severity) tell({ kind: 'severity', alarmId: ids[index]!, severity, ...common });
  if (changed & ruleChange.continued)
    tell({ kind: 'continued', alarmId: ids[index]!, count: cells[rule.cells.count]!, ...common });
  if (changed & ruleChange.cleared) states.closeIds();
}
