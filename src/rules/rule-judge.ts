import { severities, severityRank } from '../model/severity.ts';
import { type CellPlan, longAgo, resetCells } from './cells.ts';
import type { CompiledRule } from './compile-rule.ts';
import { endHold, holdCells, holdFor } from './hold.ts';
import { type AlarmCourse, alarmCourse, type RuleContext } from './language/context.ts';
import { judgeLevel, levelRests } from './level-judge.ts';

/** Where a rule keeps what it knows of a device beside its levels; -1 for what it does not need. */
export interface RuleCells {
  /** Where it is noted whether something is under way, and by which bit. */
  awake: number;
  bit: number;
  /** Samples for which its alarm has gone on; 0 when there is none. */
  count: number;
  /** Rank of the alarm's severity. */
  severity: number;
  /** Measured time at which the alarm began. */
  since: number;
  /** For how long a lower severity has been the right one; then the rank of the highest one that was meanwhile. */
  down: number;
  /** Whether it is armed again, and for how long a new wave has been there. */
  again: number;
}

/** Bits of a cell: an integer that V8 reckons with as one. */
const bitsOfCell = 30;

/** Gives rules the places where it is noted of which of them something is under way: the first ones of all. */
export function planAwake(rules: number, plan: CellPlan): void {
  plan.take(...new Array<number>(Math.ceil(rules / bitsOfCell)).fill(0));
}

/**
 * Gives a rule its places, those of its levels apart.
 * @param index counts the rules of a device.
 */
export function planRule(
  index: number,
  { minActiveMs, stepDownAfterMs, rearm }: Pick<CompiledRule, 'minActiveMs' | 'stepDownAfterMs' | 'rearm'>,
  plan: CellPlan,
): RuleCells {
  return {
    awake: Math.floor(index / bitsOfCell),
    bit: 1 << (index % bitsOfCell),
    count: plan.take(0),
    severity: plan.take(0),
    since: minActiveMs > 0 ? plan.take(longAgo) : -1,
    down: stepDownAfterMs > 0 ? plan.take(...holdCells, 0) : -1,
    again: rearm ? plan.take(0, ...holdCells) : -1,
  };
}

/** What a sample changed about a rule's alarm; several are added together. One that was cleared and raised is a new one. */
export const ruleChange = { none: 0, cleared: 1, raised: 2, severity: 4, continued: 8 } as const;

/**
 * The cells with which a rule goes on that was judged by another text before: an alarm under way stays, with every level
 * up to its severity, until the new text says that it steps or ends; evidence is gathered anew.
 */
export function adoptAlarm(rule: CompiledRule, cells: number[], rank: number, count: number): void {
  cells[rule.cells.count] = count;
  cells[rule.cells.severity] = rank;
  for (const level of rule.levels) cells[level.cells.active] = severityRank(level.severity) <= rank ? 1 : 0;
}

/** Evidence is gathered anew; an alarm that is active stays, with its levels. */
export function forgetEvidence(rule: CompiledRule, cells: number[], initial: readonly number[]): void {
  const { count, severity, since } = rule.cells;
  const kept = [count, severity, since, ...rule.levels.map((level) => level.cells.active)];
  const values = kept.map((place) => cells[place]!);
  resetCells(cells, initial, rule.from, rule.to);
  kept.forEach((place, i) => {
    if (place >= 0) cells[place] = values[i]!;
  });
}

/** What the rules know of a device. As long as that is nothing, devices with the same rules share the cells. */
export interface RuleMemory {
  readonly cells: readonly number[];
  /** The cells, to be written to. */
  own(): number[];
  /** To be called when something that was under way no longer is. */
  rest(): void;
}

/** Whether the conditions of the levels are true at the sample that is judged now. */
const truths = new Array<number>(8).fill(0.5);

/**
 * Judges one rule on one device at a sample that brought one of the channels in `rule.judgedOn`.
 * @param at measured time of the sample, milliseconds since the epoch.
 * @returns what changed, see `ruleChange`.
 */
export function judgeRule(rule: CompiledRule, memory: RuleMemory, context: RuleContext, at: number): number {
  const { cells: places, levels } = rule;
  // Of most rules at most readings there is nothing else to look at.
  const atRest = rule.mayRest && (memory.cells[places.awake]! & places.bit) === 0;
  if (atRest && rule.mayBegin(context) !== 1) return ruleChange.none;
  if (rule.memory.length > 0) remember(rule, memory.own(), context, courseOf(rule, memory.cells));
  let goesOn = false;
  for (let i = 0; i < levels.length; i++) {
    const truth = levels[i]!.when.evaluate(context);
    truths[i] = truth;
    if (truth === 1) goesOn = true;
  }
  if (atRest && !goesOn) return ruleChange.none;
  const cells = memory.own();
  const changed = judgeAwake(rule, cells, context, at, goesOn);
  if (rule.mayRest && !noteAwake(rule, cells)) memory.rest();
  return changed;
}

/** Whether anything is under way of any of so many rules. */
export function isAwake(cells: readonly number[], rules: number): boolean {
  for (let place = 0; place * bitsOfCell < rules; place++) if (cells[place] !== 0) return true;
  return false;
}

/** To be called where the cells of a rule come from elsewhere: something may be under way. */
export function wakeRule({ cells: places }: CompiledRule, cells: number[]): void {
  cells[places.awake]! |= places.bit;
}

/** Notes whether something is under way; where nothing is, all is as at the beginning. @returns the same. */
function noteAwake({ cells: places, levels, from, to, initial }: CompiledRule, cells: number[]): boolean {
  const awake = cells[places.awake]!;
  let rests = cells[places.count] === 0;
  for (let i = 0; rests && i < levels.length; i++) rests = levelRests(levels[i]!, cells);
  if (rests) resetCells(cells, initial, from, to);
  cells[places.awake] = rests ? awake & ~places.bit : awake | places.bit;
  return !rests;
}

/** @param goesOn whether the condition of a level is true. */
function judgeAwake(rule: CompiledRule, cells: number[], context: RuleContext, at: number, goesOn: boolean): number {
  const { cells: places, levels } = rule;
  const underway = cells[places.count]! > 0;
  let severity = -1;
  const mayEnd = places.since < 0 || at - cells[places.since]! >= rule.minActiveMs;
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!;
    judgeLevel(rule, level, cells, context, truths[i]!, at, mayEnd);
    if (cells[level.cells.active] === 1) severity = level.rank;
  }
  if (!underway) {
    if (severity < 0) return ruleChange.none;
    begin(rule, cells, at, severity);
    return ruleChange.raised;
  }
  if (severity < 0) {
    end(rule, cells);
    return ruleChange.cleared;
  }
  if (rule.rearm && newWave(rule, rule.rearm, cells, context, at)) {
    end(rule, cells);
    const next = startOver(rule, cells, context);
    remember(rule, cells, context, alarmCourse.none);
    begin(rule, cells, at, next);
    return ruleChange.cleared | ruleChange.raised;
  }
  let changed: number = ruleChange.none;
  const next = nextSeverity(rule, cells, severity, at);
  if (next !== cells[places.severity]) {
    cells[places.severity] = next;
    changed |= ruleChange.severity;
  }
  if (goesOn) {
    cells[places.count]!++;
    changed |= ruleChange.continued;
  }
  return changed;
}

function begin({ cells: places }: CompiledRule, cells: number[], at: number, rank: number): void {
  cells[places.count] = 1;
  cells[places.severity] = rank;
  if (places.since >= 0) cells[places.since] = at;
}

function end({ cells: places }: CompiledRule, cells: number[]): void {
  cells[places.count] = 0;
  cells[places.severity] = 0;
  if (places.since >= 0) cells[places.since] = longAgo;
  if (places.down >= 0) endHold(cells, places.down);
  if (places.again >= 0) {
    cells[places.again] = 0;
    endHold(cells, places.again + 1);
  }
}

function courseOf({ cells: { count, again } }: CompiledRule, cells: readonly number[]): AlarmCourse {
  if (cells[count] === 0) return alarmCourse.none;
  return again >= 0 && cells[again] === 1 ? alarmCourse.armed : alarmCourse.on;
}

/** Lets the rule's memory take the sample in. */
function remember(rule: CompiledRule, cells: number[], context: RuleContext, course: AlarmCourse): void {
  for (let i = 0; i < rule.memory.length; i++) {
    const { cell, offset } = rule.memory[i]!;
    cell.step(context, cells, offset, course);
  }
}

/** The rank of an alarm's severity: up at once, down when nothing higher has been right for long enough. */
function nextSeverity(rule: CompiledRule, cells: number[], rank: number, at: number): number {
  const { severity, down } = rule.cells;
  const now = cells[severity]!;
  if (down < 0 || rank >= now) {
    if (down >= 0) endHold(cells, down);
    return rank;
  }
  const begins = cells[down]! < 0 || (rule.onGap !== 'freeze' && at - cells[down + 1]! > rule.maxGapMs);
  const highest = begins ? rank : Math.max(cells[down + 2]!, rank);
  const isLongEnough = holdFor(cells, down, 1, at, rule.stepDownAfterMs, rule.maxGapMs, rule.onGap);
  cells[down + 2] = highest;
  if (!isLongEnough) return now;
  endHold(cells, down);
  return highest;
}

/**
 * Whether a new wave has come within an alarm: it was armed again, and now it rises anew while the condition of a level
 * is true.
 */
function newWave(
  rule: CompiledRule,
  rearm: NonNullable<CompiledRule['rearm']>,
  cells: number[],
  context: RuleContext,
  at: number,
): boolean {
  const { again } = rule.cells;
  if (cells[again] === 0) {
    if (rearm.after.evaluate(context) === 1) {
      cells[again] = 1;
      endHold(cells, again + 1);
      for (const level of rule.levels) if (level.cells.anew >= 0) cells[level.cells.anew] = 0;
    }
    return false;
  }
  if (rearm.again)
    return (
      holdFor(cells, again + 1, rearm.again.evaluate(context), at, rearm.forMs, rule.maxGapMs, rule.onGap) &&
      anyTrue(rule, context)
    );
  let anew = false;
  for (const level of rule.levels) {
    const place = level.cells.anew;
    const truth = level.when.evaluate(context);
    if (truth === 0) {
      cells[place] = 1;
      endHold(cells, place + 1);
    } else if (truth === 1 && cells[place] === 1) {
      // A level that is not active has its hold for itself already.
      if (holdFor(cells, place + 1, 1, at, level.forMs, rule.maxGapMs, rule.onGap)) anew = true;
    }
  }
  return anew;
}

function anyTrue(rule: CompiledRule, context: RuleContext): boolean {
  return rule.levels.some((level) => level.when.evaluate(context) === 1);
}

/** Only the levels whose condition is true now are active at the beginning of the new alarm. @returns its severity. */
function startOver(rule: CompiledRule, cells: number[], context: RuleContext): number {
  let rank = rule.levels[0]!.rank;
  for (const level of rule.levels) {
    const holds = level.when.evaluate(context) === 1;
    if (holds) rank = level.rank;
    resetCells(cells, rule.initial, level.from, level.to);
    cells[level.cells.active] = holds ? 1 : 0;
  }
  return rank;
}

/** The severity of the alarm that is under way. */
export function severityOf({ cells: places }: CompiledRule, cells: readonly number[]) {
  return severities[cells[places.severity]!]!;
}
