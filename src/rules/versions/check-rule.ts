import { MistakesInFile } from '../../devices/mistakes-in-file.ts';
import { LinesOfRules, readRulesText, readRuleText } from '../../devices/rule-file.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import type { Text } from '../../model/text.ts';
import { TocsinError } from '../../shared/errors.ts';
import { type CompiledType, compileType } from '../compile.ts';
import type { RuleMistake } from '../rule-mistake.ts';

/** Something wrong in the text of a rule, and the line it is in, counted from 1. */
export interface RuleProblem {
  line: number;
  message: Text;
}

/** The rule when it can be used, or everything that is wrong with it; exactly one of the two says something. */
export type CheckedRule = { rule: Rule; problems: [] } | { rule: null; problems: RuleProblem[] };

/** Mistakes of several rules that are told one by one: nobody mends more at once. */
const mostProblems = 50;

/**
 * Reads and compiles one rule, as it would be for a device of this type, and changes nothing.
 * @param name what its `id` must be; left out for a rule that may be called anything.
 */
export function checkRule(text: string, type: DeviceType, name?: string): CheckedRule {
  let rule: Rule;
  try {
    rule = readRuleText(text, type.id, type.periodMs);
  } catch (error) {
    if (!(error instanceof MistakesInFile)) throw error;
    return { rule: null, problems: problemsRead(error) };
  }
  if (name !== undefined && rule.id !== `${type.id}/${name}`) {
    const message = { zh: `id：须仍是 “${name}”`, en: `id: must stay "${name}"` };
    return { rule: null, problems: [{ line: lineOfKey(text, 'id'), message }] };
  }
  const { problems } = compileType({ ...type, rules: [rule] });
  if (problems.length === 0) return { rule, problems: [] };
  const lines = new LinesOfRules(text);
  return { rule: null, problems: problems.map((one) => ({ line: lineOf(one, lines), message: one.said })) };
}

/**
 * Reads and compiles rules, a list as in `rules.yaml` or one alone, in place of those of a type.
 * @throws TocsinError RULE_INVALID with a line for each mistake.
 */
export function usableRules(text: string, type: DeviceType): CompiledType {
  let rules: Rule[];
  try {
    rules = readRulesText(text, type.id, type.periodMs);
  } catch (error) {
    if (!(error instanceof MistakesInFile)) throw error;
    throw notUsable(problemsRead(error));
  }
  const compiled = compileType({ ...type, rules });
  if (compiled.problems.length === 0) return compiled;
  const lines = new LinesOfRules(text);
  const told = compiled.problems.slice(0, mostProblems);
  const more = compiled.problems[mostProblems];
  const problems = told.map((one) => ({ line: lineOf(one, lines), message: one.text }));
  const count = compiled.problems.length - told.length;
  if (more)
    problems.push({ line: lineOf(more, lines), message: { zh: `另有 ${count} 处错误`, en: `and ${count} more` } });
  throw notUsable(problems);
}

/** Says what is wrong with a text of rules. */
export function notUsable(problems: readonly RuleProblem[]): TocsinError {
  return new TocsinError('RULE_INVALID', inLines(problems), { problems });
}

function problemsRead({ mistakes }: MistakesInFile): RuleProblem[] {
  return mistakes.map(({ line, text }) => ({ line: line ?? 1, message: text }));
}

function lineOf({ rule, expression }: RuleMistake, lines: LinesOfRules): number {
  return lines.of(rule, expression);
}

/** All that is wrong in one sentence, a line of it for each. */
function inLines(problems: readonly RuleProblem[]): Text {
  return {
    zh: problems.map(({ line, message }) => `第 ${line} 行：${message.zh}`).join('\n'),
    en: problems.map(({ line, message }) => `line ${line}: ${message.en}`).join('\n'),
  };
}

function lineOfKey(text: string, key: string): number {
  const line = text.split('\n').findIndex((one) => one.trimStart().startsWith(`${key}:`));
  return Math.max(1, line + 1);
}
