import { type CellPlan, longAgo } from './cells.ts';
import type { CompiledLevel, CompiledRule } from './compile-rule.ts';
import { endHold, holdCells, holdFor } from './hold.ts';
import type { RuleContext } from './language/context.ts';
import { sequenceCells, sequenceDone } from './sequence.ts';
import { clearTally, tallied, tallyCells } from './tally.ts';

/** Where a level keeps what it knows of a device; -1 for what it does not need. */
export interface LevelCells {
  /** 1 when it is active. */
  active: number;
  hold: number;
  clear: number;
  /** The last readings, for `atLeast` and `confirm`. */
  tally: number;
  /** The last readings of the clear condition, for `confirm`. */
  clearTally: number;
  /** Whether what is counted was true at the last known sample, then when it became so, the newest last. */
  ups: number;
  sequence: number;
  /** While the rule is armed again: whether the condition was false since, and for how long it has been true anew. */
  anew: number;
}

/** Gives a level its places. @param rearms whether its rule can be armed again by its levels. */
export function planLevel(
  level: Omit<CompiledLevel, 'cells' | 'from' | 'to'>,
  plan: CellPlan,
  rearms: boolean,
): LevelCells {
  const { tally, confirm, repeated, sequence } = level;
  return {
    active: plan.take(0),
    hold: plan.take(...holdCells),
    clear: plan.take(...holdCells),
    tally: tally ? plan.take(...tallyCells) : -1,
    clearTally: confirm > 1 ? plan.take(...tallyCells) : -1,
    ups: repeated ? plan.take(0, ...new Array<number>(repeated.times).fill(longAgo)) : -1,
    sequence: sequence ? plan.take(...sequenceCells) : -1,
    anew: rearms ? plan.take(0, ...holdCells) : -1,
  };
}

/** Whether nothing is under way: it is as if nothing had ever come. */
export function levelRests({ cells: places }: CompiledLevel, cells: readonly number[]): boolean {
  return cells[places.active] === 0 && cells[places.hold]! < 0 && (places.tally < 0 || cells[places.tally] === 0);
}

/**
 * Judges one level at a sample, and sets whether it is active.
 * @param now whether its condition is true.
 * @param mayEnd whether the alarm has lasted long enough to end.
 */
export function judgeLevel(
  rule: CompiledRule,
  level: CompiledLevel,
  cells: number[],
  context: RuleContext,
  now: number,
  at: number,
  mayEnd: boolean,
): void {
  const places = level.cells;
  let truth = now;
  if (level.tally)
    truth = tallied(cells, places.tally, now, at, level.tally.readings, level.tally.of, rule.maxGapMs, rule.onGap);
  if (cells[places.active] === 1) {
    // What happens once more during an alarm is not over, and what has begun goes on when it is.
    if (level.sequence && sequenceDone(level.sequence, cells, places.sequence, context, at, rule.maxGapMs, rule.onGap))
      endHold(cells, places.clear);
    const over = overNow(rule, level, cells, context, now, truth, at);
    if (holdFor(cells, places.clear, over, at, level.clearForMs, rule.maxGapMs, rule.onGap) && mayEnd) {
      cells[places.active] = 0;
      forgetLevel(level, cells);
    }
  } else if (begins(rule, level, cells, context, truth, at)) {
    cells[places.active] = 1;
    endHold(cells, places.clear);
  }
}

/**
 * Whether it is over: by its clear condition, or else when what began it is no longer so. Where both are true it goes on:
 * it would begin again with the next reading, and end, and begin. A sequence would not, by its last step alone.
 */
function overNow(
  rule: CompiledRule,
  level: CompiledLevel,
  cells: number[],
  context: RuleContext,
  now: number,
  truth: number,
  at: number,
): number {
  const { clear, confirm, sequence } = level;
  if (confirm === 1 && !clear) return 1 - truth;
  const over = clear && (now !== 1 || sequence) ? clear.evaluate(context) : 1 - now;
  if (confirm === 1) return over;
  return tallied(cells, level.cells.clearTally, over, at, confirm, confirm, rule.maxGapMs, rule.onGap);
}

function begins(
  rule: CompiledRule,
  level: CompiledLevel,
  cells: number[],
  context: RuleContext,
  truth: number,
  at: number,
): boolean {
  if (level.sequence)
    return sequenceDone(level.sequence, cells, level.cells.sequence, context, at, rule.maxGapMs, rule.onGap);
  const held = holdFor(cells, level.cells.hold, truth, at, level.forMs, rule.maxGapMs, rule.onGap);
  return level.repeated ? repeatedEnough(level.repeated, cells, level.cells.ups, truth, held, at) : held;
}

/** Counts how often the condition has become true, and says whether that was often enough within the time. */
function repeatedEnough(
  { times, withinMs }: NonNullable<CompiledLevel['repeated']>,
  cells: number[],
  place: number,
  truth: number,
  held: boolean,
  at: number,
): boolean {
  if (truth === 0) cells[place] = 0;
  if (!held || cells[place] === 1) return false;
  cells[place] = 1;
  for (let i = place + 1; i < place + times; i++) cells[i] = cells[i + 1]!;
  cells[place + times] = at;
  return cells[place + 1]! >= at - withinMs;
}

/** It is over: what led to it is not counted again. */
function forgetLevel({ cells: places, repeated }: CompiledLevel, cells: number[]): void {
  endHold(cells, places.hold);
  if (places.tally >= 0) clearTally(cells, places.tally);
  if (places.clearTally >= 0) clearTally(cells, places.clearTally);
  if (repeated) cells.fill(longAgo, places.ups + 1, places.ups + 1 + repeated.times);
}
