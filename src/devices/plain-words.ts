import type { z } from 'zod';

const kinds: Record<string, string> = {
  array: 'a list',
  object: 'keys with their values',
  record: 'keys with their values',
  map: 'keys with their values',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** What is wrong with a value in a file, for schemas that say nothing of their own: what would be right, in plain words. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  const { code, input } = issue;
  if (code === 'invalid_type') {
    const wanted = kinds[issue.expected] ?? issue.expected;
    return input === undefined || input === null ? `is missing: ${wanted}` : `must be ${wanted}`;
  }
  if (code === 'invalid_value')
    return `${input === undefined ? 'is missing' : 'must be one of'}: ${issue.values.map(String).join(', ')}`;
  if (code === 'too_small') return `must ${amount(issue.origin, Number(issue.minimum), 'at least')}`;
  if (code === 'too_big') return `must ${amount(issue.origin, Number(issue.maximum), 'at most')}`;
  return undefined;
};

function amount(origin: string, number: number, bound: 'at least' | 'at most'): string {
  if (origin === 'array') return `have ${bound} ${number} ${number === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `have ${bound} ${number} ${number === 1 ? 'character' : 'characters'}`;
  return `be ${bound} ${number}`;
}
