import { createHash } from 'node:crypto';
import type { DeviceType } from '../model/device-type.ts';
import type { Rule } from '../model/rule.ts';
import { type Severity, severityRank } from '../model/severity.ts';
import { TocsinError } from '../shared/errors.ts';
import { compileCondition, type Evaluate, type Scope } from './expression.ts';
import { dimensionless, measureOf } from './quantity.ts';

export interface CompiledLevel {
  severity: Severity;
  when: Evaluate;
  forMs: number;
  /** Null: over when `when` is not true. */
  clear: Evaluate | null;
  clearForMs: number;
}

export interface CompiledRule {
  id: string;
  /** The version that it comes from; absent where rules have none. */
  version?: number;
  /** Stands for everything in it that judges: names and advice may change without it. */
  print: string;
  /** From least to most severe. */
  levels: CompiledLevel[];
  /** Channels it looks at; it is judged when a sample brings one of them. */
  channels: number[];
  /** Whether it goes by what a baseline has learnt, over weeks. */
  usesBaseline: boolean;
  maxGapMs: number;
  onGap: Rule['onGap'];
}

export interface SilenceRule {
  id: string;
  version?: number;
  severity: Severity;
  silentForMs: number;
}

/** A window that some rule of the type needs; `key` names it in checkpoints. */
export interface WindowSpec {
  key: string;
  channel: number;
  spanMs: number;
  maxGapMs: number;
}

/** A device type's rules, ready to judge samples. */
export interface CompiledType {
  id: string;
  channelNames: string[];
  channelIndex: ReadonlyMap<string, number>;
  rules: CompiledRule[];
  silence: SilenceRule[];
  windows: WindowSpec[];
  /** Channel indexes with a baseline. */
  baselines: number[];
  /** Smallest deviation that counts as spread, by channel index. */
  floors: number[];
  /** Ids of rules that are switched off here. */
  off: ReadonlySet<string>;
  /** Rules that were left out, each a TocsinError RULE_INVALID that names the rule and says what is wrong with it. */
  problems: TocsinError[];
}

/** Which version each rule comes from, by its id, and which are switched off. */
export interface RuleOrigins {
  versions: ReadonlyMap<string, number>;
  off: ReadonlySet<string>;
}

const noOrigins: RuleOrigins = { versions: new Map(), off: new Set() };

/** Compiles the rules of a device type. A rule that is wrong is left out and named; the others work. */
export function compileType(type: DeviceType, { versions, off }: RuleOrigins = noOrigins): CompiledType {
  const channelNames = type.channels.map((c) => c.name);
  const channelIndex = new Map(channelNames.map((name, index) => [name, index]));
  const windows: WindowSpec[] = [];
  const scope = (maxGapMs: number): Scope => ({
    maxGapMs,
    channelNames: () => channelNames,
    channel(name) {
      const index = channelIndex.get(name);
      if (index === undefined) return null;
      const channel = type.channels[index]!;
      return { index, measure: measureOf(channel.unit) ?? dimensionless, isSwitch: channel.kind === 'switch' };
    },
    window(channel, spanMs, gapMs) {
      const key = `${channelNames[channel]}/${spanMs}/${gapMs}`;
      const known = windows.findIndex((w) => w.key === key);
      return known >= 0 ? known : windows.push({ key, channel, spanMs, maxGapMs: gapMs }) - 1;
    },
  });
  const rules: CompiledRule[] = [];
  const silence: SilenceRule[] = [];
  const problems: TocsinError[] = [];
  for (const rule of type.rules) {
    const { id, severity, silentForMs } = rule;
    try {
      const version = versions.get(id);
      const origin = version === undefined ? {} : { version };
      if (silentForMs !== null) silence.push({ id, severity, silentForMs, ...origin });
      else rules.push({ ...compileRule(rule, scope(rule.maxGapMs)), ...origin });
    } catch (error) {
      if (!(error instanceof TocsinError)) throw error;
      problems.push(new TocsinError(error.code, `rule ${id}: ${error.message}`, { ...error.detail, rule: id }));
    }
  }
  return {
    id: type.id,
    channelNames,
    channelIndex,
    rules,
    silence,
    windows,
    baselines: type.channels.flatMap((c, index) => (c.baseline ? [index] : [])),
    // A thousandth of the physical range: finer changes are the sensor's own noise.
    floors: type.channels.map((c) => Math.max((c.max - c.min) / 1000, Number.EPSILON)),
    off,
    problems,
  };
}

function compileRule(rule: Rule, scope: Scope): CompiledRule {
  const channels = new Set<number>();
  let usesBaseline = false;
  const compile = (source: string): Evaluate => {
    const compiled = compileCondition(source, scope);
    for (const channel of compiled.channels) channels.add(channel);
    usesBaseline ||= compiled.baselines.size > 0;
    return compiled.evaluate;
  };
  const levels = rule.levels
    .map((level) => ({
      severity: level.severity,
      when: compile(level.when),
      forMs: level.forMs,
      clear: level.clear === null ? null : compile(level.clear),
      clearForMs: level.clearForMs,
    }))
    .sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const { id, maxGapMs, onGap } = rule;
  const print = createHash('sha256')
    .update(JSON.stringify([rule.levels, maxGapMs, onGap]))
    .digest('base64url')
    .slice(0, 12);
  return { id, print, levels, channels: [...channels], usesBaseline, maxGapMs, onGap };
}
