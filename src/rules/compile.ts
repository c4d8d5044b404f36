import { createHash } from 'node:crypto';
import { type DeviceType, defaultLatenessMs } from '../model/device-type.ts';
import { dataFaultId, type Rule } from '../model/rule.ts';
import type { Severity } from '../model/severity.ts';
import { TocsinError } from '../shared/errors.ts';
import { CellPlan, newCells } from './cells.ts';
import { type CompiledRule, compileRule, type TypeScope } from './compile-rule.ts';
import { type HeardPlaces, planHeard } from './heard.ts';
import { compileCondition } from './language/expression.ts';
import { dimensionless, measureOf } from './language/measures.ts';
import { mistakes } from './language/mistakes.ts';
import type { PeerQuestion } from './language/surroundings.ts';
import { peerQuestion } from './peers/question.ts';
import { planAwake } from './rule-judge.ts';
import { RuleMistake } from './rule-mistake.ts';
import { WindowPlan } from './windows/memory.ts';
import { Window } from './windows/window.ts';

export interface SilenceRule {
  id: string;
  version?: number;
  severity: Severity;
  silentForMs: number;
  /** A device that reports more seldom is silent only after so many of its own usual periods; absent: never mind. */
  usualPeriods?: number;
  /** Names of the channels whose silence it is about; null for the device as a whole. */
  channels: readonly string[] | null;
}

export type { CompiledLevel, CompiledRule } from './compile-rule.ts';

/** A device type's rules, ready to judge samples. */
export interface CompiledType {
  id: string;
  channelNames: string[];
  channelIndex: ReadonlyMap<string, number>;
  rules: CompiledRule[];
  /** Rules that count other devices, by index, and what they ask. */
  counting: number[];
  questions: PeerQuestion[];
  /** What the cells of a device are at the beginning, see `CellPlan`. */
  initial: number[];
  /** Whether nothing is to be noted of a device as long as no condition is true. */
  mayRest: boolean;
  /** Stands for what is where in the cells. */
  layout: string;
  silence: SilenceRule[];
  heardPlaces: HeardPlaces;
  /** Those that some rule needs, and where they keep what they know of a device. */
  windows: Window[];
  windowPlan: WindowPlan;
  /** How much older than the newest one a sample may be and still be judged, milliseconds. */
  latenessMs: number;
  /** Channel indexes with a baseline. */
  baselines: number[];
  /** Smallest deviation that counts as spread, by channel index. */
  floors: number[];
  /** Ids of rules that are switched off here. */
  off: ReadonlySet<string>;
  /** Rules that were left out. */
  problems: RuleMistake[];
}

/** Which version each rule comes from, by its id, and which are switched off. */
export interface RuleOrigins {
  versions: ReadonlyMap<string, number>;
  off: ReadonlySet<string>;
}

const noOrigins: RuleOrigins = { versions: new Map(), off: new Set() };

/**
 * Compiles the rules of a device type. A rule that is wrong is left out and named; the others work.
 * @param names what the site has, where rules are checked against it: a place that is not there is never reached.
 * @param compileWhen how the `when` of levels is compiled.
 */
export function compileType(
  type: DeviceType,
  { versions, off }: RuleOrigins = noOrigins,
  names: TypeScope['names'] = () => null,
  compileWhen: TypeScope['compileWhen'] = compileCondition,
): CompiledType {
  const types = type.others?.() ?? new Map([[type.id, type]]);
  const channelNames = type.channels.map((c) => c.name);
  const channelIndex = new Map(channelNames.map((name, index) => [name, index]));
  const windows: Window[] = [];
  const windowPlan = new WindowPlan(channelNames.length);
  const scope: TypeScope = {
    channelCount: channelNames.length,
    isLifeSafety: (channel) => type.channels[channel]!.lifeSafety === true,
    channelNames: () => channelNames,
    names,
    compileWhen,
    typeNames: () => [...types.keys()],
    peers: (rule, where, other, asked) => peerQuestion(other === null ? type : types.get(other)!, rule, where, asked),
    channel(name) {
      const index = channelIndex.get(name);
      if (index === undefined) return null;
      const channel = type.channels[index]!;
      const measure = measureOf(channel.unit) ?? dimensionless;
      return {
        index,
        name,
        measure,
        min: channel.min,
        isSwitch: channel.kind === 'switch',
        isMomentary: channel.momentary === true,
        isLearnt: channel.baseline,
      };
    },
    window(channel, spanMs, maxGapMs) {
      const known = windows.find(
        (one) => one.channel === channel && one.spanMs === spanMs && one.maxGapMs === maxGapMs,
      );
      if (known) return known;
      const window = new Window(channel, spanMs, maxGapMs, windowPlan);
      windows.push(window);
      return window;
    },
  };
  const plan = new CellPlan();
  planAwake(type.rules.length, plan);
  const rules: CompiledRule[] = [];
  const silence: SilenceRule[] = [];
  const problems: RuleMistake[] = [];
  for (const rule of type.rules) {
    const { id, severity, silentForMs } = rule;
    try {
      const version = versions.get(id);
      const origin = version === undefined ? {} : { version };
      if (silentForMs !== null) {
        const channels = rule.silentChannels ?? null;
        for (const name of channels ?? []) mustBeChannel(name, channelNames);
        const usual = rule.silentUsualPeriods === undefined ? {} : { usualPeriods: rule.silentUsualPeriods };
        silence.push({ id, severity, silentForMs, channels, ...usual, ...origin });
      } else {
        const compiled = compileRule(rule, rules.length, scope, plan);
        rules.push({ ...compiled, ...origin });
        if (rule.onGap === 'fault') silence.push({ ...dataFaultOf(compiled, rule, channelNames), ...origin });
      }
    } catch (error) {
      if (!(error instanceof TocsinError)) throw error;
      problems.push(new RuleMistake(id, error));
    }
  }
  return {
    id: type.id,
    channelNames,
    channelIndex,
    rules,
    counting: [...rules.keys()].filter((i) => rules[i]!.peers.length > 0),
    questions: rules.flatMap((rule) => rule.peers),
    initial: newCells(plan.initial),
    mayRest: rules.every(({ mayRest }) => mayRest),
    layout: layoutOf(rules),
    silence,
    heardPlaces: planHeard(silence, windowPlan),
    windows,
    windowPlan,
    latenessMs: type.latenessMs ?? defaultLatenessMs,
    baselines: type.channels.flatMap((c, index) => (c.baseline ? [index] : [])),
    floors: type.channels.map((c) => c.resolution ?? Math.max((c.max - c.min) / 1000, Number.EPSILON)),
    off,
    problems,
  };
}

/** Says that the readings of a rule stay away for longer than its conditions can do without. */
function dataFaultOf({ channels }: CompiledRule, { id, severity, maxGapMs }: Rule, names: string[]): SilenceRule {
  return { id: dataFaultId(id), severity, silentForMs: maxGapMs, channels: channels.map((index) => names[index]!) };
}

function mustBeChannel(name: string, names: string[]): void {
  if (names.includes(name)) return;
  const { zh, en } = mistakes.channelUnknown(name, names);
  throw new TocsinError('RULE_INVALID', { zh: `of：${zh}`, en: `of: ${en}` }, { expression: name });
}

function layoutOf(rules: readonly CompiledRule[]): string {
  const places = rules.map(({ id, print, from }) => [id, print, from]);
  return createHash('sha256').update(JSON.stringify(places)).digest('base64url').slice(0, 12);
}

/** The version of the rule that raises an alarm, where rules have versions. */
export function versionOf({ version }: CompiledRule | SilenceRule): { ruleVersion?: number } {
  return version === undefined ? {} : { ruleVersion: version };
}
