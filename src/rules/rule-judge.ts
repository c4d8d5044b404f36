import { type Severity, severityRank } from '../model/severity.ts';
import { alarmId } from './alarm-id.ts';
import type { CompiledRule } from './compile.ts';
import type { RuleContext } from './expression.ts';
import { type Hold, holdFor, noHold } from './hold.ts';

interface LevelState {
  active: boolean;
  hold: Hold;
  clear: Hold;
}

/** An episode of a rule that is under way. */
export interface Episode {
  id: string;
  severity: Severity;
  count: number;
}

/** What a rule knows about one device; plain JSON, as it is kept in a checkpoint. */
export interface RuleState {
  levels: LevelState[];
  episode: Episode | null;
}

/** What one sample changed about an alarm; in the order in which it happened. */
export type RuleChange =
  | { kind: 'raised'; alarmId: string; severity: Severity }
  | { kind: 'severity'; alarmId: string; severity: Severity }
  | { kind: 'continued'; alarmId: string; count: number }
  | { kind: 'cleared'; alarmId: string };

/** So that a sample that changes nothing allocates nothing. */
const nothing: readonly RuleChange[] = [];

/** The state of a rule on a device of which nothing has come yet. */
export function newRuleState(rule: CompiledRule): RuleState {
  return { levels: rule.levels.map(() => ({ active: false, hold: noHold(), clear: noHold() })), episode: null };
}

/**
 * The state with which a rule goes on that was judged by another text before: an alarm under way stays, with every level
 * up to its severity, until the new text says that it steps or ends; evidence is gathered anew.
 */
export function adoptedState(rule: CompiledRule, before: RuleState): RuleState {
  const state = newRuleState(rule);
  const { episode } = before;
  if (!episode) return state;
  rule.levels.forEach((level, i) => {
    state.levels[i]!.active = severityRank(level.severity) <= severityRank(episode.severity);
  });
  return { ...state, episode };
}

/** Evidence is gathered anew; an alarm that is active stays. */
export function forgetHolds(state: RuleState): void {
  for (const level of state.levels) {
    level.hold = noHold();
    level.clear = noHold();
  }
}

/**
 * Judges one rule on one device at a sample that brought one of the rule's channels.
 * @param at measured time of the sample, milliseconds since the epoch.
 * @returns what changed; an empty list that must not be written to when nothing did.
 */
export function judgeRule(
  rule: CompiledRule,
  state: RuleState,
  context: RuleContext,
  deviceId: string,
  at: number,
): readonly RuleChange[] {
  let severity: Severity | null = null;
  let goesOn = false;
  for (let i = 0; i < rule.levels.length; i++) {
    const level = rule.levels[i]!;
    const levelState = state.levels[i]!;
    const truth = level.when(context);
    if (truth === 1) goesOn = true;
    if (levelState.active) {
      const over = level.clear ? level.clear(context) : 1 - truth;
      if (holdFor(levelState.clear, over, at, level.clearForMs, rule.maxGapMs, rule.onGap)) {
        levelState.active = false;
        levelState.hold = noHold();
      }
    } else if (holdFor(levelState.hold, truth, at, level.forMs, rule.maxGapMs, rule.onGap)) {
      levelState.active = true;
      levelState.clear = noHold();
    }
    if (levelState.active) severity = level.severity;
  }
  const { episode } = state;
  if (!episode) {
    if (!severity) return nothing;
    const id = alarmId(rule.id, deviceId, at);
    state.episode = { id, severity, count: 1 };
    return [{ kind: 'raised', alarmId: id, severity }];
  }
  if (!severity) {
    state.episode = null;
    return [{ kind: 'cleared', alarmId: episode.id }];
  }
  const changes: RuleChange[] = [];
  if (severityRank(episode.severity) !== severityRank(severity)) {
    episode.severity = severity;
    changes.push({ kind: 'severity', alarmId: episode.id, severity });
  }
  if (goesOn) {
    episode.count++;
    changes.push({ kind: 'continued', alarmId: episode.id, count: episode.count });
  }
  return changes;
}
