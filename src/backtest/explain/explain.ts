import type { TrialAlarm } from '../../model/backtest.ts';
import type {
  ExplainedCondition,
  ExplainedCount,
  ExplainedLevel,
  ExplainedRearm,
  Explanation,
} from '../../model/explanation.ts';
import { dataFaultId } from '../../model/rule.ts';
import type { Sample } from '../../model/sample.ts';
import { severityRank } from '../../model/severity.ts';
import type { CompiledLevel, CompiledType, SilenceRule } from '../../rules/compile.ts';
import { TocsinError } from '../../shared/errors.ts';
import { ledgerOf } from '../ledger.ts';
import { type Surroundings, Trial } from '../trial.ts';
import type { ConditionTrace } from './condition-trace.ts';
import { type Awaited, type Held, type LevelProgress, RuleTrace, type TracedLevel } from './rule-trace.ts';
import { isPast, type Words } from './words.ts';

export interface Question {
  device: string;
  /** Id of the rule, with its type or without. */
  rule: string;
  /** Measured time, milliseconds since the epoch. */
  at: number;
}

/** What is known of devices beside their samples. */
export interface Around extends Surroundings {
  /** What devices go by that the rule asks, by their type; see `heardTypes`. Left out: nobody is asked. */
  heard?: ReadonlyMap<string, CompiledType>;
}

const notHeld: Held = { heldMs: -1, lastAt: Number.NaN };

/**
 * Says why a rule had, or had not, raised an alarm of a device at a moment. Samples of the device go through the fold
 * once more, and the rule's conditions are listened to.
 */
export class Explainer {
  readonly #question: Question;
  readonly #words: Words;
  readonly #ruleId: string;
  /** Null for a rule about values. */
  readonly #silence: SilenceRule | null;
  readonly #trace: RuleTrace | null;
  readonly #trial: Trial;
  readonly #hearsOthers: boolean;
  #isHeard = false;
  /** When what the rule is about was last heard: the device, or one of the channels that it names. */
  #heardAt: number | null = null;

  /** @throws TocsinError NOT_FOUND when there is no such rule; the message names those there are. */
  constructor(type: CompiledType, question: Question, words: Words, around: Around = {}) {
    this.#question = question;
    this.#words = words;
    const named = <R extends { id: string }>(rules: readonly R[]) =>
      rules.find(({ id }) => id === question.rule || id === `${type.id}/${question.rule}`);
    const rule = named(type.rules);
    const silence = named(type.silence);
    if (!rule && !silence) {
      const ids = [...type.rules, ...type.silence].map(({ id }) => id).join(', ');
      throw new TocsinError('NOT_FOUND', `There is no rule ${question.rule} of a ${type.id}; there are ${ids}.`);
    }
    this.#ruleId = (rule ?? silence)!.id;
    this.#silence = rule ? null : (silence ?? null);
    this.#trace = rule ? new RuleTrace(type, rule) : null;
    const judged = this.#trace?.type ?? type;
    const heard = rule && rule.peers.length > 0 ? around.heard : undefined;
    this.#hearsOthers = heard !== undefined;
    this.#trial = new Trial(({ id, type }) => (id === question.device ? judged : heard?.get(type)), around);
  }

  /**
   * Takes in samples in the order of their receipt; what is later is left out, and what is of other devices unless the
   * rule asks them.
   */
  take(samples: readonly Sample[]): void {
    const { device, at } = this.#question;
    for (const sample of samples) {
      const own = sample.deviceId === device;
      if (sample.measuredAt > at || !(own || this.#hearsOthers)) continue;
      this.#trial.take(sample);
      if (!own) continue;
      this.#isHeard = true;
      const channels = this.#silence?.channels ?? null;
      if (channels !== null && !channels.some((channel) => channel in sample.values)) continue;
      if (this.#heardAt === null || sample.receivedAt > this.#heardAt) this.#heardAt = sample.receivedAt;
    }
  }

  answer(): Explanation {
    const { device, at } = this.#question;
    if (this.#isHeard) this.#trial.listenUntil(at);
    this.#trial.finish();
    const alarm = this.#alarmThen();
    const levels = this.#levels(alarm);
    const until = alarm === null ? at : alarm.raised + (this.#trace?.rule.minActiveMs ?? 0);
    const parts = {
      rule: this.#ruleId,
      device,
      at,
      alarm,
      lastAt: this.#lastAt,
      maxGapMs: this.#trace?.rule.maxGapMs ?? null,
      faultSince: this.#alarmThen(dataFaultId(this.#ruleId))?.raised ?? null,
      lastsUntil: until > at ? until : null,
      silence: this.#silence && {
        heardAt: this.#heardAt,
        silentForMs: this.#trial.silentAfterMs(device, this.#silence),
      },
      off: null,
      levels,
      rearm: alarm && this.#rearm(alarm),
    };
    return { ...parts, text: this.#words.whole(parts) };
  }

  get #lastAt(): number | null {
    return this.#trace ? this.#trace.lastAt(this.#question.at) : this.#heardAt;
  }

  /** Those of the rule, or of another one of this device. */
  #alarms(ruleId = this.#ruleId): TrialAlarm[] {
    return ledgerOf(this.#trial.episodes, { from: null }).filter(({ rule }) => rule === ruleId);
  }

  #alarmThen(ruleId = this.#ruleId): TrialAlarm | null {
    const { at } = this.#question;
    return (
      this.#alarms(ruleId).find(({ raised, cleared }) => raised <= at && (cleared === null || cleared > at)) ?? null
    );
  }

  #rearm({ raised }: TrialAlarm): ExplainedRearm | null {
    const trace = this.#trace;
    const { at } = this.#question;
    if (!trace?.rearm) return null;
    const lastAt = trace.lastAt(at);
    const armedAt = trace.armedAt(raised, at);
    const notYet: Awaited = { trace: trace.rearm.after, hold: notHeld, neededMs: 0 };
    const awaited = armedAt === null ? notYet : trace.wave(armedAt, at);
    if (awaited === null) return { armedAt, condition: null, wantsLevel: false };
    const { hold, neededMs } = awaited;
    const condition = explained(trace, awaited.trace, { lastAt, gap: null, before: null }, hold, neededMs);
    // With the sample that an alarm begins with, or is armed again, nobody has looked at what comes next.
    const isLookedAt = lastAt !== null && awaited.trace.at(lastAt) !== undefined;
    if (!isLookedAt) return { armedAt, condition: { ...condition, holds: null, parts: [] }, wantsLevel: false };
    const holds = trace.levels.some(({ when }) => when.at(lastAt)?.truth === 1);
    return { armedAt, condition, wantsLevel: armedAt !== null && hold.heldMs >= neededMs && !holds };
  }

  #levels(alarm: TrialAlarm | null): ExplainedLevel[] {
    const trace = this.#trace;
    if (!trace) return [];
    const { at } = this.#question;
    const alarms = this.#alarms();
    const severity = alarm?.path.findLast((step) => step.at <= at)?.severity ?? alarm?.path[0]?.severity;
    return trace.levels.map((traced, index): ExplainedLevel => {
      const { level } = traced;
      const progress = trace.progress(index, at, alarms);
      const active = severity !== undefined && severityRank(level.severity) <= severityRank(severity);
      const parts = {
        severity: level.severity,
        active,
        when: explained(trace, traced.when, progress, active ? null : progress.hold, level.forMs),
        clear: active ? explainedClear(trace, traced, progress) : null,
        ownClear: level.clear !== null,
        stepsDown: active ? stepsDownOf(trace, progress) : null,
        counted: !active || isToldInAlarm(level) ? countedOf(level, progress, at) : null,
      };
      const { lastAt } = progress;
      const past = lastAt !== null && isPast({ at, lastAt, maxGapMs: trace.rule.maxGapMs });
      return { ...parts, text: this.#words.level(parts, past) };
    });
  }
}

/**
 * Whether what a level counts makes a difference to its end: it ends when too few of the last readings hold; and its last
 * step alone does not keep a sequence from ending.
 */
function isToldInAlarm({ clear, tally, confirm, sequence }: CompiledLevel): boolean {
  return clear === null ? confirm === 1 && tally !== null : sequence !== null;
}

/** How long a level has been over whose severity the alarm keeps for a while. */
function stepsDownOf({ rule }: RuleTrace, { over }: LevelProgress): ExplainedLevel['stepsDown'] {
  if (over.heldMs < 0 || rule.stepDownAfterMs === 0) return null;
  return { heldMs: over.heldMs, neededMs: rule.stepDownAfterMs };
}

/** What a level counts, and how far that has come. */
function countedOf(level: CompiledLevel, progress: LevelProgress, at: number): ExplainedCount | null {
  const nothing = { of: null, withinMs: null, next: null, held: null, brokenOff: null };
  const { tally, repeated, sequence } = level;
  if (sequence) {
    const { step, stepHold, brokenOff } = progress;
    const { when, forMs } = sequence[step]!;
    const held = stepHold.heldMs >= 0 && forMs > 0 ? { heldMs: stepHold.heldMs, neededMs: forMs } : null;
    return { ...nothing, kind: 'steps', have: step, needed: sequence.length, next: when.source, held, brokenOff };
  }
  if (repeated) {
    const { times, withinMs } = repeated;
    const have = progress.ups.filter((up) => up >= at - withinMs && up <= at).length;
    return { ...nothing, kind: 'times', have, needed: times, withinMs };
  }
  if (tally && tally.of > 1)
    return { ...nothing, kind: 'readings', have: progress.trueOfLast, needed: tally.readings, of: tally.of };
  return null;
}

/** How far an alarm is from its end: by its own condition, or by the opposite of the one that began it. */
function explainedClear(
  trace: RuleTrace,
  { when, clear, level }: TracedLevel,
  progress: LevelProgress,
): ExplainedCondition {
  if (clear) return explained(trace, clear, progress, progress.clear, level.clearForMs);
  const begun = explained(trace, when, progress, progress.clear, level.clearForMs);
  return {
    ...begun,
    source: `!(${begun.source})`,
    holds: begun.holds === null ? null : !begun.holds,
    parts: begun.parts,
  };
}

function explained(
  rule: RuleTrace,
  trace: ConditionTrace,
  { lastAt, gap, before }: Pick<LevelProgress, 'lastAt' | 'gap' | 'before'>,
  hold: Held | null,
  neededMs: number,
): ExplainedCondition {
  const judged = lastAt === null ? undefined : trace.at(lastAt);
  const parts = trace.condition.parts.map(({ source, compared }, i) => {
    const reading = judged?.parts[i];
    const holds = truthOf(reading?.truth);
    return {
      source,
      holds,
      value: numberOf(reading?.value),
      limit: numberOf(reading?.limit),
      unit: compared?.unit ?? '',
      gap: holds === null && lastAt !== null ? rule.gapBehind(trace, i, lastAt) : null,
      lacking: reading?.lacking ?? [],
    };
  });
  const heldMs = hold && hold.heldMs >= 0 ? hold.heldMs : null;
  return {
    source: trace.condition.source,
    holds: truthOf(judged?.truth),
    parts,
    heldMs,
    neededMs,
    gap: hold ? gap : null,
    before: hold ? before : null,
  };
}

function truthOf(truth: number | undefined): boolean | null {
  return truth === undefined || Number.isNaN(truth) ? null : truth === 1;
}

function numberOf(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
