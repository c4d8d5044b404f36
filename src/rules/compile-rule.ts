import { createHash } from 'node:crypto';
import type { Rule, RuleLevel } from '../model/rule.ts';
import { type Severity, severityRank } from '../model/severity.ts';
import { TocsinError } from '../shared/errors.ts';
import type { CellPlan } from './cells.ts';
import type { CompiledCondition, Evaluate, MemoryCell, RuleWindow } from './language/context.ts';
import { compileCondition } from './language/expression.ts';
import { mistakes } from './language/mistakes.ts';
import type { Scope } from './language/scope.ts';
import type { Asked, PeerPlace, PeerQuestion } from './language/surroundings.ts';
import { compileText, type TextValue } from './language/text.ts';
import { type LevelCells, planLevel } from './level-judge.ts';
import { planRule, type RuleCells } from './rule-judge.ts';

export interface CompiledLevel {
  severity: Severity;
  rank: number;
  /** Where it keeps what it knows of a device: from, and up to but without; and what is where. */
  from: number;
  to: number;
  cells: LevelCells;
  when: CompiledCondition;
  forMs: number;
  /** Null: over when `when` is not true. */
  clear: CompiledCondition | null;
  clearForMs: number;
  /** Null: one reading decides. */
  tally: { readings: number; of: number } | null;
  /** Readings in a row that must say that it begins, which `tally` looks at too, and that it is over. */
  confirm: number;
  repeated: RuleLevel['repeated'] | null;
  sequence: readonly CompiledStep[] | null;
}

export interface CompiledStep {
  when: CompiledCondition;
  forMs: number;
  unless: CompiledCondition | null;
  withinMs: number | null;
}

export interface CompiledRule {
  id: string;
  /** The version that it comes from; absent where rules have none. */
  version?: number;
  /** Stands for everything in it that judges: names and advice may change without it. */
  print: string;
  /** From least to most severe. */
  levels: CompiledLevel[];
  /** Channels it looks at. */
  channels: number[];
  /** Channels whose reading is a reason to judge it: those it looks at, or all when it is also about what stays away. */
  judgedOn: number[];
  /** Whether a channel is among them that is about somebody's life. */
  lifeSafety: boolean;
  /** Whether it goes by more than this device's own last readings: what a baseline has learnt over weeks, or others. */
  usesBaseline: boolean;
  maxGapMs: number;
  onGap: Rule['onGap'];
  minActiveMs: number;
  stepDownAfterMs: number;
  rearm: { after: CompiledCondition; again: CompiledCondition | null; forMs: number } | null;
  /** Whether nothing is to be noted while no condition is true and nothing is under way. */
  mayRest: boolean;
  /** Whether the condition of a level may be true, as far as that takes little work to tell: 1, or else it is not. */
  mayBegin: Evaluate;
  /** What it remembers from sample to sample, each from its offset in the device's cells on. */
  memory: readonly { cell: MemoryCell; offset: number }[];
  /** Where it keeps what it knows of a device: from, and up to but without; and what is where. */
  from: number;
  to: number;
  cells: RuleCells;
  /** What the device's cells are at the beginning. */
  initial: readonly number[];
  /** Values for its text, to be taken when the alarm changes. */
  textValues: readonly TextValue[];
  /** What it asks of devices around. */
  peers: readonly PeerQuestion[];
  /** The longest that it looks or waits, windows apart, milliseconds. */
  waitsMs: number;
}

/** What a rule's expressions may ask of its type; see `Scope`. */
export type TypeScope = Pick<Scope, 'channel' | 'channelNames' | 'names' | 'typeNames'> & {
  peers(rule: Rule, where: PeerPlace, type: string | null, asked: Asked): PeerQuestion;
  compileWhen(text: string, scope: Scope): CompiledCondition;
  channelCount: number;
  isLifeSafety(channel: number): boolean;
  window(channel: number, spanMs: number, maxGapMs: number): RuleWindow;
};

/**
 * Compiles a rule with levels.
 * @param index counts the rules of the type.
 * @throws TocsinError RULE_INVALID with the expression, the place and what is allowed.
 */
export function compileRule(rule: Rule, index: number, type: TypeScope, plan: CellPlan): CompiledRule {
  const from = plan.size;
  const memory: { cell: MemoryCell; offset: number }[] = [];
  const peers: PeerQuestion[] = [];
  let everySample = false;
  const scope: Scope = {
    channel: type.channel,
    channelNames: type.channelNames,
    names: type.names,
    typeNames: type.typeNames,
    peers(where, memberType, asked) {
      const question = type.peers(rule, where, memberType, asked);
      peers.push(question);
      return question;
    },
    window: (channel, spanMs) => type.window(channel, spanMs, rule.maxGapMs),
    memory(cell) {
      const known = memory.find((one) => one.cell.key === cell.key);
      if (known) return known.offset;
      const offset = plan.take(...cell.initial);
      memory.push({ cell, offset });
      return offset;
    },
    maxGapMs: rule.maxGapMs,
    channels: new Set(),
    baselines: new Set(),
    everySample: () => {
      everySample = true;
    },
  };
  const levels = rule.levels
    .map((level) => compileLevel(level, scope, type, plan, rule.rearm !== undefined && rule.rearm.again === null))
    .sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const rearm = rule.rearm && {
    after: compileCondition(rule.rearm.after, scope),
    again: rule.rearm.again === null ? null : compileCondition(rule.rearm.again, scope),
    forMs: rule.rearm.forMs,
  };
  // What is only told is no reason to judge the rule.
  const channels = [...scope.channels];
  if (channels.length === 0 && peers.length === 0) throw noChannel(rule);
  if (rule.rearm?.again === null && levels.some(({ sequence }) => sequence)) throw noWave(rule.rearm.after);
  const isJudgedAlways = everySample;
  const textValues = rule.text ? compileText(rule.text, scope) : [];
  const { id, maxGapMs, onGap, minActiveMs = 0, stepDownAfterMs = 0 } = rule;
  const cells = planRule(index, { minActiveMs, stepDownAfterMs, rearm: rearm ?? null }, plan);
  return {
    id,
    print: printOf(rule, memory, plan.size - from),
    levels,
    channels,
    judgedOn: isJudgedAlways ? Array.from({ length: type.channelCount }, (_, index) => index) : channels,
    lifeSafety: channels.some(type.isLifeSafety),
    usesBaseline: scope.baselines.size > 0 || peers.length > 0,
    maxGapMs,
    onGap,
    minActiveMs,
    stepDownAfterMs,
    rearm: rearm ?? null,
    mayRest: memory.length === 0 && levels.every(({ sequence, repeated }) => !sequence && !repeated),
    mayBegin: mayBeginBy(levels),
    memory,
    textValues,
    peers,
    waitsMs: waitOf(rule),
    from,
    to: plan.size,
    cells,
    initial: plan.initial,
  };
}

function noChannel({ levels }: Rule): TocsinError {
  const { when } = levels[0]!;
  return new TocsinError('RULE_INVALID', mistakes.nothingLookedAt(when), { expression: when });
}

/** What `mayBegin` is of a rule with these levels. */
export function mayBeginBy(levels: readonly Pick<CompiledLevel, 'when'>[]): Evaluate {
  const truths = levels.map(({ when }) => when.may ?? when.evaluate);
  const [only] = truths;
  if (truths.length === 1) return only!;
  return (context) => {
    for (let i = 0; i < truths.length; i++) if (truths[i]!(context) === 1) return 1;
    return 0;
  };
}

function compileLevel(
  level: RuleLevel,
  scope: Scope,
  { compileWhen }: TypeScope,
  plan: CellPlan,
  rearms: boolean,
): CompiledLevel {
  const { severity, forMs, clearForMs, confirm = 1, repeated = null } = level;
  const tally = level.atLeast ?? (confirm > 1 ? { readings: confirm, of: confirm } : null);
  const sequence = level.sequence?.map(({ when, unless, ...times }) => ({
    when: compileCondition(when, scope),
    unless: unless === null ? null : compileCondition(unless, scope),
    ...times,
  }));
  const compiled = {
    severity,
    rank: severityRank(severity),
    when: sequence ? sequence.at(-1)!.when : compileWhen(level.when, scope),
    forMs,
    clear: level.clear === null ? null : compileCondition(level.clear, scope),
    // Something that came again and again is over when it has not come for as long as that was counted in.
    clearForMs: repeated && level.clear === null ? Math.max(clearForMs, repeated.withinMs) : clearForMs,
    tally,
    confirm,
    repeated,
    sequence: sequence ?? null,
  };
  const from = plan.size;
  const cells = planLevel(compiled, plan, rearms);
  return { ...compiled, from, to: plan.size, cells };
}

function noWave(after: string): TocsinError {
  return new TocsinError('RULE_INVALID', mistakes.waveOfSequence(after), { expression: after });
}

/** @param size how many cells it has: those of another number mean something else. */
function printOf(rule: Rule, memory: readonly { cell: MemoryCell }[], size: number): string {
  const { levels, maxGapMs, onGap, minActiveMs, stepDownAfterMs, rearm } = rule;
  const remembered = memory.map(({ cell }) => cell.key);
  const judging = JSON.stringify([levels, maxGapMs, onGap, minActiveMs, stepDownAfterMs, rearm, remembered, size]);
  return createHash('sha256').update(judging).digest('base64url').slice(0, 12);
}

/** What waits with a clock that gaps stop takes longer by them: by how much is a guess, a night for six hours. */
const stretchedByGaps = 3;

function waitOf({ levels, maxGapMs, onGap, minActiveMs = 0, stepDownAfterMs = 0, rearm }: Rule): number {
  const spans = levels.flatMap(({ forMs, clearForMs, repeated, sequence = [] }) => [
    forMs,
    clearForMs,
    repeated?.withinMs ?? 0,
    sequence.reduce((sum, step) => sum + (step.withinMs ?? 0) + step.forMs, 0),
  ]);
  const longest = Math.max(minActiveMs, stepDownAfterMs, rearm?.forMs ?? 0, ...spans);
  return Math.max(maxGapMs, longest * (onGap === 'freeze' ? stretchedByGaps : 1));
}
