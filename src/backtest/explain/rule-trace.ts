import type { TrialAlarm } from '../../model/backtest.ts';
import { newCells, resetCells } from '../../rules/cells.ts';
import type { CompiledLevel, CompiledRule, CompiledType } from '../../rules/compile.ts';
import { type CompiledStep, mayBeginBy } from '../../rules/compile-rule.ts';
import { devicePlaces } from '../../rules/device-places.ts';
import { endHold, holdCells, holdFor } from '../../rules/hold.ts';
import type { CompiledCondition, RuleContext } from '../../rules/language/context.ts';
import { nothingMeasured } from '../../rules/language/nothing-measured.ts';
import { judgeLevel } from '../../rules/level-judge.ts';
import { ConditionTrace } from './condition-trace.ts';

/** A level of a rule with what its conditions said. */
export interface TracedLevel {
  level: CompiledLevel;
  when: ConditionTrace;
  clear: ConditionTrace | null;
}

/** A time over which a hold could not count, since nothing came: between two samples further apart than `maxGap`. */
export interface Gap {
  from: number;
  to: number;
  /** For how long the condition had held until then, milliseconds. */
  heldMs: number;
}

/** How long something has been true, milliseconds, -1 when it is not; and the last sample that said so. */
export interface Held {
  heldMs: number;
  lastAt: number;
}

/** How far a level had come at a moment. */
export interface LevelProgress {
  active: boolean;
  /** For how long it has been over since it last was active. */
  over: Held;
  /** Of its condition, and of what ends it. */
  hold: Held;
  clear: Held;
  /** Measured time of the last sample at which the rule was judged; null: there was none. */
  lastAt: number | null;
  /** The last gap within what was held, or that ended it. */
  gap: Gap | null;
  /** How long the condition had held when it was last true for some time, and until when; null: not lately. */
  before: { heldMs: number; until: number } | null;
  /** At how many of the last readings it was true. */
  trueOfLast: number;
  /** When it became true, for a level that counts how often. Measured times. */
  ups: number[];
  /** For a sequence: index of the step that is waited for, and how long that has held. */
  step: number;
  stepHold: Held;
  /** When it last went back to its beginning, and by what: the source of an `unless`; null: it took too long. */
  brokenOff: { at: number; by: string | null } | null;
}

/** What an alarm waits for, to be armed again or for a new wave, and how long that has been so. */
export interface Awaited {
  trace: ConditionTrace;
  hold: Held;
  /** For how long it has to be so, milliseconds. */
  neededMs: number;
}

/** An alarm of the rule, measured times; `cleared` is null while it goes on. */
export type Told = Pick<TrialAlarm, 'raised' | 'cleared'>;

/** When the rule was judged: measured time, and the samples of the device that were taken in by then. */
interface Moment {
  at: number;
  samples: number;
}

/** Moments that are remembered, two months of minutes; and how many are forgotten at a time. */
const most = 100_000;
const atATime = 10_000;

/** Listens to a rule while a fold judges it, so that it can be said afterwards why it came out as it did. */
export class RuleTrace {
  readonly rule: CompiledRule;
  /** The type with the rule in its place that is listened to. */
  readonly type: CompiledType;
  readonly levels: TracedLevel[];
  readonly rearm: { after: ConditionTrace; again: ConditionTrace | null; forMs: number } | null;
  readonly #traces: ConditionTrace[] = [];
  /** When it was judged, in order. */
  readonly #moments: Moment[] = [];
  /** The rule that says again what it said. */
  readonly #repeating: CompiledRule;

  constructor(type: CompiledType, rule: CompiledRule) {
    this.rule = rule;
    const pairs = new Map<CompiledCondition, ConditionTrace>();
    const trace = (condition: CompiledCondition, beside: ConditionTrace | null = null): ConditionTrace => {
      const made = new ConditionTrace(condition, (context) => this.#reach(context), beside);
      this.#traces.push(made);
      pairs.set(condition, made);
      return made;
    };
    this.levels = rule.levels.map((level) => {
      for (const step of level.sequence ?? []) {
        trace(step.when);
        if (step.unless) trace(step.unless);
      }
      // So that it can be said what would end an alarm that has only just begun.
      const clear = level.clear && trace(level.clear);
      return { level, when: trace(level.when, clear), clear };
    });
    const { rearm } = rule;
    this.rearm = rearm && { ...rearm, after: trace(rearm.after), again: rearm.again && trace(rearm.again) };
    const listening = withConditions(rule, (condition) => pairs.get(condition)!.listening);
    this.#repeating = withConditions(rule, (condition) => pairs.get(condition)!.repeating);
    this.type = { ...type, rules: type.rules.map((one) => (one === rule ? listening : one)) };
  }

  /** The rule is judged at a moment: what was noted of later ones is judged again, or no more. */
  #reach({ now: at, past }: RuleContext): void {
    const samples = past.cells[devicePlaces.samples]!;
    for (;;) {
      const last = this.#moments.at(-1);
      if (!last || last.samples < samples || (last.samples === samples && last.at < at)) break;
      this.#moments.pop();
      if (last.at !== at) this.#forget(last);
    }
    this.#moments.push({ at, samples });
    if (this.#moments.length >= most + atATime)
      for (const moment of this.#moments.splice(0, atATime)) this.#forget(moment);
  }

  #forget({ at }: Moment): void {
    for (const trace of this.#traces) trace.forget(at);
  }

  /** Measured time of the last sample up to a moment at which the rule was judged; null: there was none. */
  lastAt(until: number): number | null {
    return this.#timesUntil(until).at(-1) ?? null;
  }

  /**
   * Steps one level again through what its conditions said, up to and including a moment.
   * @param alarms of the rule.
   */
  progress(index: number, until: number, alarms: readonly Told[]): LevelProgress {
    const rule = this.#repeating;
    const startsOver = new Set(alarms.map(({ cleared }) => cleared));
    const anew = new Set(alarms.map(({ raised }) => raised).filter((raised) => startsOver.has(raised)));
    const level = rule.levels[index]!;
    const cells = newCells(rule.initial);
    const places = level.cells;
    const heldAt = (place: number): Held => ({ heldMs: cells[place]!, lastAt: cells[place + 1]! });
    const nothing = heldAt(places.hold);
    const over: number[] = [...holdCells];
    const progress: LevelProgress = {
      active: false,
      over: nothing,
      hold: nothing,
      clear: nothing,
      lastAt: null,
      gap: null,
      before: null,
      trueOfLast: 0,
      ups: [],
      step: 0,
      stepHold: nothing,
      brokenOff: null,
    };
    for (const at of this.#timesUntil(until)) {
      const { heldMs, lastAt } = progress.active ? progress.clear : progress.hold;
      const wasActive = progress.active;
      const context = nothingMeasured(at);
      const truth = level.when.evaluate(context);
      const alarm = alarms.find(({ raised, cleared }) => raised < at && (cleared === null || cleared >= at));
      judgeLevel(rule, level, cells, context, truth, at, !alarm || at - alarm.raised >= rule.minActiveMs);
      // With an alarm that a new wave begins, see `startOver`.
      if (anew.has(at)) {
        resetCells(cells, rule.initial, level.from, level.to);
        cells[places.active] = truth === 1 ? 1 : 0;
        endHold(over, 0);
      }
      progress.active = cells[places.active] === 1;
      if (level.sequence) noteStep(progress, level.sequence, cells[places.sequence]!, context);
      const isOver = !progress.active && (wasActive || progress.over.heldMs >= 0);
      holdFor(over, 0, isOver ? 1 : 0, at, 0, rule.maxGapMs, rule.onGap);
      progress.over = { heldMs: over[0]!, lastAt: over[1]! };
      progress.hold = heldAt(places.hold);
      progress.clear = heldAt(places.clear);
      progress.lastAt = at;
      const hold = progress.active ? progress.clear : progress.hold;
      if (progress.active !== wasActive || anew.has(at)) {
        progress.gap = null;
        progress.before = null;
      } else if (heldMs >= 0 && hold.heldMs < 0) {
        progress.before = { heldMs, until: lastAt };
        progress.gap = null;
      } else if (heldMs >= 0 && hold.lastAt === at && at - lastAt > rule.maxGapMs) {
        progress.gap = { from: lastAt, to: at, heldMs };
      }
    }
    if (places.tally >= 0) progress.trueOfLast = bitsOf(cells[places.tally]!);
    if (places.ups >= 0) progress.ups = cells.slice(places.ups + 1, places.ups + 1 + level.repeated!.times);
    if (places.sequence >= 0) progress.stepHold = heldAt(places.sequence + 2);
    return progress;
  }

  /** When an alarm that began at a time was armed again; null: not up to a moment. */
  armedAt(since: number, until: number): number | null {
    const times = this.#timesUntil(until);
    return times.find((time) => time > since && this.rearm?.after.at(time)?.truth === 1) ?? null;
  }

  /**
   * Steps again through what `newWave` has looked at since an alarm was armed again.
   * @returns the condition of the new wave, or of the level that has come furthest; null where no level was false since.
   */
  wave(armedAt: number, until: number): Awaited | null {
    const times = this.#timesUntil(until).filter((time) => time > armedAt);
    const { again, forMs } = this.rearm!;
    const heldIn = (trace: ConditionTrace, neededMs: number, fresh: boolean): Awaited | null => {
      const cells: number[] = [...holdCells];
      let begun = fresh;
      for (const time of times) {
        const truth = trace.at(time)?.truth;
        if (truth === 0) begun = true;
        if (truth !== undefined && begun) holdFor(cells, 0, truth, time, neededMs, this.rule.maxGapMs, this.rule.onGap);
      }
      return begun ? { trace, hold: { heldMs: cells[0]!, lastAt: cells[1]! }, neededMs } : null;
    };
    if (again) return heldIn(again, forMs, true);
    const waves = this.levels.map(({ when, level }) => heldIn(when, level.forMs, false)).filter((one) => one !== null);
    return waves.toSorted((a, b) => b.hold.heldMs - a.hold.heldMs)[0] ?? null;
  }

  /**
   * The gap that leaves a part of a condition unknown at a sample: the last one since it was known, as long as a window
   * of the rule still looks over it.
   */
  gapBehind(trace: ConditionTrace, part: number, at: number): { from: number; to: number } | null {
    let later = at;
    for (const time of this.#timesUntil(at).reverse()) {
      if (later - time > this.rule.maxGapMs) return { from: time, to: later };
      if (at - time > this.#longestWindowMs || !Number.isNaN(trace.at(time)?.parts[part]?.truth ?? Number.NaN))
        return null;
      later = time;
    }
    return null;
  }

  get #longestWindowMs(): number {
    const own = this.type.windows.filter(
      ({ channel, maxGapMs }) => this.rule.channels.includes(channel) && maxGapMs === this.rule.maxGapMs,
    );
    return Math.max(0, ...own.map(({ spanMs }) => spanMs));
  }

  #timesUntil(until: number): number[] {
    return this.#moments.map(({ at }) => at).filter((at) => at <= until);
  }
}

/** Notes which step is waited for after a sample. */
function noteStep(progress: LevelProgress, steps: readonly CompiledStep[], step: number, context: RuleContext): void {
  if (progress.active || step > progress.step) progress.brokenOff = null;
  else if (step < progress.step) {
    const { unless } = steps[progress.step]!;
    progress.brokenOff = { at: context.now, by: unless?.evaluate(context) === 1 ? unless.source : null };
  }
  progress.step = step;
}

function bitsOf(number: number): number {
  let ones = 0;
  for (let rest = number; rest !== 0; rest &= rest - 1) ones++;
  return ones;
}

function withConditions(rule: CompiledRule, other: (condition: CompiledCondition) => CompiledCondition): CompiledRule {
  const levels = rule.levels.map((level) => ({
    ...level,
    when: other(level.when),
    clear: level.clear && other(level.clear),
    sequence:
      level.sequence?.map((step) => ({
        ...step,
        when: other(step.when),
        unless: step.unless && other(step.unless),
      })) ?? null,
  }));
  const { rearm } = rule;
  return {
    ...rule,
    levels,
    rearm: rearm && { ...rearm, after: other(rearm.after), again: rearm.again && other(rearm.again) },
    mayBegin: mayBeginBy(levels),
  };
}
