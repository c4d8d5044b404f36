import type { z } from 'zod';
import type { Text } from '../model/text.ts';
import { both } from './both-languages.ts';

const kinds: Record<string, Text> = {
  array: { zh: '一个列表', en: 'a list' },
  object: { zh: '若干键和值', en: 'keys with their values' },
  record: { zh: '若干键和值', en: 'keys with their values' },
  map: { zh: '若干键和值', en: 'keys with their values' },
  string: { zh: '一段文字', en: 'a text' },
  number: { zh: '一个数', en: 'a number' },
  int: { zh: '一个整数', en: 'a whole number' },
  boolean: { zh: 'true 或 false', en: 'true or false' },
};

/** What is wrong with a value in a file, for schemas that say nothing of their own: what would be right, in plain words. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  const told = inPlainWords(issue);
  return told && both(told);
};

function inPlainWords(issue: Parameters<z.core.$ZodErrorMap>[0]): Text | undefined {
  const { code, input } = issue;
  if (code === 'invalid_type') {
    const { zh, en } = kinds[issue.expected] ?? { zh: issue.expected, en: issue.expected };
    const missing = input === undefined || input === null;
    return missing ? { zh: `缺少：${zh}`, en: `is missing: ${en}` } : { zh: `须是${zh}`, en: `must be ${en}` };
  }
  if (code === 'invalid_value') {
    const values = issue.values.map(String).join(', ');
    const missing = input === undefined;
    return {
      zh: `${missing ? '缺少' : '须是其中之一'}：${values}`,
      en: `${missing ? 'is missing' : 'must be one of'}: ${values}`,
    };
  }
  if (code === 'too_small') return amount(issue.origin, Number(issue.minimum), { zh: '至少', en: 'at least' });
  if (code === 'too_big') return amount(issue.origin, Number(issue.maximum), { zh: '至多', en: 'at most' });
  return undefined;
}

function amount(origin: string, number: number, bound: Text): Text {
  const many = number !== 1;
  if (origin === 'array')
    return { zh: `${bound.zh} ${number} 项`, en: `must have ${bound.en} ${number} ${many ? 'entries' : 'entry'}` };
  if (origin === 'string')
    return {
      zh: `${bound.zh} ${number} 个字符`,
      en: `must have ${bound.en} ${number} ${many ? 'characters' : 'character'}`,
    };
  return { zh: `${bound.zh} ${number}`, en: `must be ${bound.en} ${number}` };
}
