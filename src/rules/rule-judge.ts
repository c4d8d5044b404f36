import { type Severity, severityRank } from '../model/severity.ts';
import { alarmId } from './alarm-id.ts';
import type { CompiledRule } from './compile-rule.ts';
import { type Hold, holdFor, noHold } from './hold.ts';
import type { RuleContext } from './language/context.ts';
import { judgeLevel, type LevelState, newLevelState } from './level-judge.ts';

/** An episode of a rule that is under way. */
export interface Episode {
  id: string;
  severity: Severity;
  count: number;
}

/** What a rule knows about one device; plain JSON, as it is kept in a checkpoint. Absent parts have never been needed. */
export interface RuleState {
  levels: LevelState[];
  episode: Episode | null;
  /** See `MemoryCell`. */
  memory?: number[];
  /** Measured time at which the episode began. */
  since?: number;
  /** For how long a lower severity has been the right one. */
  down?: Hold;
  /** For how long a new wave has been there; absent while the rule is not armed again. */
  again?: Hold;
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
  return { levels: rule.levels.map(newLevelState), episode: null };
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
  delete state.memory;
  delete state.down;
  delete state.again;
  state.levels = state.levels.map(({ active }) => ({ ...newLevelState(), active }));
}

/**
 * Judges one rule on one device at a sample that brought one of the channels in `rule.judgedOn`.
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
  remember(rule, state, context, state.episode !== null);
  let severity: Severity | null = null;
  let goesOn = false;
  const mayEnd = state.since === undefined || at - state.since >= rule.minActiveMs;
  for (let i = 0; i < rule.levels.length; i++) {
    const level = rule.levels[i]!;
    const levelState = state.levels[i]!;
    if (judgeLevel(rule, level, levelState, context, at, mayEnd)) goesOn = true;
    if (levelState.active) severity = level.severity;
  }
  const { episode } = state;
  if (!episode) return severity === null ? nothing : [begin(rule, state, deviceId, at, severity)];
  if (severity === null) {
    state.episode = null;
    return [end(state, episode)];
  }
  if (rule.rearm && newWave(rule, rule.rearm, state, context, at)) {
    const ended = end(state, episode);
    const next = startOver(rule, state, context);
    remember(rule, state, context, false);
    return [ended, begin(rule, state, deviceId, at, next)];
  }
  const changes: RuleChange[] = [];
  if (steps(rule, state, episode, severity, at)) {
    episode.severity = severity;
    changes.push({ kind: 'severity', alarmId: episode.id, severity });
  }
  if (goesOn) {
    episode.count++;
    changes.push({ kind: 'continued', alarmId: episode.id, count: episode.count });
  }
  return changes;
}

function begin(rule: CompiledRule, state: RuleState, deviceId: string, at: number, severity: Severity): RuleChange {
  const id = alarmId(rule.id, deviceId, at);
  state.episode = { id, severity, count: 1 };
  if (rule.minActiveMs > 0) state.since = at;
  return { kind: 'raised', alarmId: id, severity };
}

function end(state: RuleState, { id }: Episode): RuleChange {
  state.episode = null;
  delete state.since;
  delete state.down;
  delete state.again;
  return { kind: 'cleared', alarmId: id };
}

/** Lets the rule's memory take the sample in, and shows it to the expressions. */
function remember(rule: CompiledRule, state: RuleState, context: RuleContext, inEpisode: boolean): void {
  if (rule.memory.length === 0) return;
  state.memory ??= rule.memory.flatMap(({ cell }) => cell.initial);
  const { memory } = state;
  context.memory = memory;
  for (let i = 0; i < rule.memory.length; i++) {
    const { cell, offset } = rule.memory[i]!;
    cell.step(context, memory, offset, inEpisode);
  }
}

/** Whether the alarm's severity changes: up at once, down when the lower one has been right for long enough. */
function steps(rule: CompiledRule, state: RuleState, episode: Episode, severity: Severity, at: number): boolean {
  const step = severityRank(severity) - severityRank(episode.severity);
  if (step < 0 && rule.stepDownAfterMs > 0) {
    state.down ??= noHold();
    if (!holdFor(state.down, 1, at, rule.stepDownAfterMs, rule.maxGapMs, rule.onGap)) return false;
  }
  if (state.down) delete state.down;
  return step !== 0;
}

/**
 * Whether a new wave has come within an alarm: it was armed again, and now it rises anew while the condition of a level
 * is true.
 */
function newWave(
  rule: CompiledRule,
  rearm: NonNullable<CompiledRule['rearm']>,
  state: RuleState,
  context: RuleContext,
  at: number,
): boolean {
  if (!state.again) {
    if (rearm.after(context) === 1) {
      state.again = noHold();
      for (const level of state.levels) level.fell = false;
    }
    return false;
  }
  if (rearm.again)
    return (
      holdFor(state.again, rearm.again(context), at, rearm.forMs, rule.maxGapMs, rule.onGap) && anyTrue(rule, context)
    );
  let again = false;
  rule.levels.forEach((level, i) => {
    const levelState = state.levels[i]!;
    const truth = level.when.evaluate(context);
    if (truth === 0) levelState.fell = true;
    // A level that is not active has its hold for itself already.
    else if (truth === 1 && levelState.fell) {
      levelState.anew ??= noHold();
      again ||= holdFor(levelState.anew, 1, at, level.forMs, rule.maxGapMs, rule.onGap);
      return;
    }
    if (truth === 0) delete levelState.anew;
  });
  return again;
}

function anyTrue(rule: CompiledRule, context: RuleContext): boolean {
  return rule.levels.some((level) => level.when.evaluate(context) === 1);
}

/** Only the levels whose condition is true now are active at the beginning of the new episode. */
function startOver(rule: CompiledRule, state: RuleState, context: RuleContext): Severity {
  let severity = rule.levels[0]!.severity;
  rule.levels.forEach((level, i) => {
    const holds = level.when.evaluate(context) === 1;
    if (holds) severity = level.severity;
    state.levels[i] = { ...newLevelState(), active: holds };
  });
  return severity;
}
