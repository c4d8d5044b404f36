import { LineCounter, parseDocument, visit } from 'yaml';
import { MistakesInFile } from '../../devices/mistakes-in-file.ts';
import { readRuleText } from '../../devices/rule-file.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import type { Text } from '../../model/text.ts';
import { compileType } from '../compile.ts';

/** Something wrong in the text of a rule, and the line it is in, counted from 1. */
export interface RuleProblem {
  line: number;
  message: Text;
}

/** The rule when it can be used, or everything that is wrong with it; exactly one of the two says something. */
export type CheckedRule = { rule: Rule; problems: [] } | { rule: null; problems: RuleProblem[] };

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
    return { rule: null, problems: error.mistakes.map(({ line, text }) => ({ line: line ?? 1, message: text })) };
  }
  if (name !== undefined && rule.id !== `${type.id}/${name}`) {
    const message = { zh: `id：须仍是 “${name}”`, en: `id: must stay "${name}"` };
    return { rule: null, problems: [{ line: lineOfKey(text, 'id'), message }] };
  }
  const { problems } = compileType({ ...type, rules: [rule] });
  if (problems.length === 0) return { rule, problems: [] };
  return {
    rule: null,
    problems: problems.map(({ expression, said }) => ({ line: lineOfCondition(text, expression), message: said })),
  };
}

function lineOfCondition(text: string, condition: string): number {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  let offset = 0;
  visit(document, {
    Scalar(_, { value, range }) {
      if (String(value).trim() !== condition) return;
      offset = range?.[0] ?? offset;
      return visit.BREAK;
    },
  });
  return counter.linePos(offset).line;
}

function lineOfKey(text: string, key: string): number {
  const line = text.split('\n').findIndex((one) => one.trimStart().startsWith(`${key}:`));
  return Math.max(1, line + 1);
}
