import { isMap, isPair, isSeq, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import { placeholders } from '../model/placeholders.ts';
import type { Rule, RuleLevel } from '../model/rule.ts';
import { RuleFile, RuleInFile } from './rule-schema.ts';
import { parseYaml, textOf } from './yaml-file.ts';

/**
 * Reads `rules.yaml`: a list of rules, or one alone, with `levels`, or with the keys of a single level, or with
 * `silentFor`.
 * Conditions are taken as they are; the rules room compiles them.
 * @param periodMs reporting period of the type: a gap of more than three breaks a hold when the rule says nothing.
 * @param called what it is called in messages; left out: its name and that of its folder
 * @throws MistakesInFile DEVICE_TYPE_INVALID.
 */
export function readRuleFile(file: string, deviceType: string, periodMs: number, called?: string): Rule[] {
  const { text, shown } = textOf(file, called);
  return readRulesText(text, deviceType, periodMs, shown);
}

/**
 * Reads one rule, as an entry of `rules.yaml` without its dash.
 * @throws MistakesInFile DEVICE_TYPE_INVALID that names the line of the text and what is allowed.
 */
export function readRuleText(text: string, deviceType: string, periodMs: number, shown = 'rule'): Rule {
  return ruleOf(parseYaml(text, shown, RuleInFile, 'rule'), deviceType, periodMs);
}

/**
 * Reads rules: a list as in `rules.yaml`, or one of its entries without the dash.
 * @param shown what stands before the number of a line in messages
 * @throws MistakesInFile DEVICE_TYPE_INVALID that names the line of the text and what is allowed.
 */
export function readRulesText(text: string, deviceType: string, periodMs: number, shown = 'rules'): Rule[] {
  const { contents } = parseDocument(text);
  if (isMap(contents)) return [readRuleText(text, deviceType, periodMs, shown)];
  return parseYaml(text, shown, RuleFile, 'rule').map((rule) => ruleOf(rule, deviceType, periodMs));
}

function ruleOf(rule: RuleInFile, deviceType: string, periodMs: number): Rule {
  const { id, name, advice, source, text } = rule;
  const head = { id: `${deviceType}/${id}`, deviceType, name, advice, source, ...(text && { text }) };
  const defaultGap = 3 * periodMs;
  if ('silentFor' in rule) {
    const { severity, silentFor, of } = rule;
    const silentForMs = 'ms' in silentFor ? silentFor.ms : silentFor.periods * periodMs;
    const channels = of && { silentChannels: of };
    const usual = silentFor.usual !== undefined && { silentUsualPeriods: silentFor.usual };
    return {
      ...head,
      levels: [],
      silentForMs,
      severity,
      maxGapMs: defaultGap,
      onGap: 'restart',
      ...channels,
      ...usual,
    };
  }
  const { maxGap = defaultGap, onGap, minActive, stepDownAfter, rearm } = rule;
  const levels = ('levels' in rule ? rule.levels : [rule]).map(levelOf);
  return {
    ...head,
    levels,
    silentForMs: null,
    severity: levels.at(-1)!.severity,
    maxGapMs: maxGap,
    onGap,
    ...(minActive !== undefined && { minActiveMs: minActive }),
    ...(stepDownAfter !== undefined && { stepDownAfterMs: stepDownAfter }),
    ...(rearm && { rearm: { after: rearm.after, again: rearm.again ?? null, forMs: rearm.for } }),
  };
}

function levelOf(level: Extract<RuleInFile, { levels: unknown }>['levels'][number]): RuleLevel {
  const { severity, for: forMs = 0, clear = null, clearFor, atLeast, confirm, times, within } = level;
  const sequence = level.sequence?.map((step) => ({
    when: step.when,
    forMs: step.for,
    unless: step.unless ?? null,
    withinMs: step.within ?? null,
  }));
  return {
    severity,
    when: level.when ?? sequence!.at(-1)!.when,
    forMs,
    clear,
    clearForMs: clearFor,
    ...(atLeast && { atLeast }),
    ...(confirm !== undefined && { confirm }),
    ...(times !== undefined && within !== undefined && { repeated: { times, withinMs: within } }),
    ...(sequence && { sequence }),
  };
}

/** The lines of conditions in rules that have been read, for messages about what only the rules room finds. */
export class LinesOfRules {
  readonly #counter = new LineCounter();
  readonly #rules = new Map<string, YAMLMap>();

  constructor(text: string) {
    const { contents } = parseDocument(text, { lineCounter: this.#counter });
    for (const item of isSeq(contents) ? contents.items : [contents])
      if (isMap(item)) this.#rules.set(String(item.get('id')), item);
  }

  /** @param ruleId as in `Rule`, `type/rule` */
  of(ruleId: string, condition: string): number {
    const rule = this.#rules.get(ruleId.slice(ruleId.indexOf('/') + 1));
    return rule ? this.#counter.linePos(offsetIn(rule, inOneLine(condition))).line : 1;
  }
}

/** Where a condition stands in the text of a rule; where the rule begins when it is not found. */
function offsetIn(rule: YAMLMap, wanted: string): number {
  // Other devices are asked a part of a condition; a text has its expressions in braces.
  const offsets: (number | undefined)[] = [undefined, undefined, undefined, rule.range?.[0]];
  visit(rule, {
    Scalar(key, { value, range }, path) {
      const pair = path.at(-1);
      const isCondition = key === 'value' && isPair(pair) && conditionKeys.has(String(pair.key));
      const said = inOneLine(String(value));
      if (isCondition && said === wanted) offsets[0] ??= range?.[0];
      else if (placeholders(said).includes(wanted)) offsets[1] ??= range?.[0];
      else if (isCondition && said.includes(wanted)) offsets[2] ??= range?.[0];
    },
  });
  return offsets.find((one) => one !== undefined) ?? 0;
}

/** Keys of a rule, of its levels, of the steps of a sequence and of `rearm` that have conditions. */
const conditionKeys = new Set(['when', 'clear', 'unless', 'rearm', 'after', 'again']);

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
