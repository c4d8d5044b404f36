import type { CompiledLevel, CompiledRule } from './compile-rule.ts';
import { type Hold, holdFor, noHold } from './hold.ts';
import type { RuleContext } from './language/context.ts';
import { newSequence, type SequenceState, sequenceDone } from './sequence.ts';
import { newTally, type TallyState, tallied } from './tally.ts';

/** What a level of a rule knows about one device; plain JSON. Absent parts have never been needed. */
export interface LevelState {
  active: boolean;
  hold: Hold;
  clear: Hold;
  /** The last readings, for `atLeast` and `confirm`. */
  tally?: TallyState;
  /** The last readings of the clear condition, for `confirm`. */
  clearTally?: TallyState;
  /** Whether what is counted was true at the last known sample, and when it became so, for `times`. */
  up?: boolean;
  ups?: number[];
  sequence?: SequenceState;
  /** While the rule is armed again: whether the condition was false since, and for how long it has been true anew. */
  fell?: boolean;
  anew?: Hold;
}

export function newLevelState(): LevelState {
  return { active: false, hold: noHold(), clear: noHold() };
}

/**
 * Judges one level at a sample, and sets whether it is active.
 * @param mayEnd whether the alarm has lasted long enough to end.
 * @returns whether its condition is true now: the alarm goes on.
 */
export function judgeLevel(
  rule: CompiledRule,
  level: CompiledLevel,
  state: LevelState,
  context: RuleContext,
  at: number,
  mayEnd: boolean,
): boolean {
  const now = level.when.evaluate(context);
  let truth = now;
  if (level.tally) {
    state.tally ??= newTally();
    truth = tallied(state.tally, truth, at, level.tally.readings, level.tally.of, rule.maxGapMs, rule.onGap);
  }
  if (state.active) {
    const over = overNow(rule, level, state, context, now, truth, at);
    if (holdFor(state.clear, over, at, level.clearForMs, rule.maxGapMs, rule.onGap) && mayEnd) {
      state.active = false;
      state.hold = noHold();
      delete state.tally;
      delete state.clearTally;
      delete state.ups;
      delete state.sequence;
    }
  } else if (begins(rule, level, state, context, truth, at)) {
    state.active = true;
    state.clear = noHold();
  }
  return now === 1;
}

/** Whether it is over: by its clear condition, or else when what began it is no longer so. */
function overNow(
  rule: CompiledRule,
  level: CompiledLevel,
  state: LevelState,
  context: RuleContext,
  now: number,
  truth: number,
  at: number,
): number {
  const { clear, confirm } = level;
  if (confirm === 1) return clear ? clear.evaluate(context) : 1 - truth;
  const over = clear ? clear.evaluate(context) : 1 - now;
  state.clearTally ??= newTally();
  return tallied(state.clearTally, over, at, confirm, confirm, rule.maxGapMs, rule.onGap);
}

function begins(
  rule: CompiledRule,
  level: CompiledLevel,
  state: LevelState,
  context: RuleContext,
  truth: number,
  at: number,
): boolean {
  if (level.sequence) {
    state.sequence ??= newSequence();
    return sequenceDone(level.sequence, state.sequence, context, at, rule.maxGapMs, rule.onGap);
  }
  const held = holdFor(state.hold, truth, at, level.forMs, rule.maxGapMs, rule.onGap);
  return level.repeated ? repeatedEnough(level.repeated, state, truth, held, at) : held;
}

/** Counts how often the condition has become true, and says whether that was often enough within the time. */
function repeatedEnough(
  { times, withinMs }: NonNullable<CompiledLevel['repeated']>,
  state: LevelState,
  truth: number,
  held: boolean,
  at: number,
): boolean {
  if (truth === 0) state.up = false;
  if (!held || state.up) return false;
  state.up = true;
  state.ups ??= [];
  state.ups.push(at);
  while (state.ups[0]! < at - withinMs) state.ups.shift();
  return state.ups.length >= times;
}
