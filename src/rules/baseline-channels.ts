import type { Rule } from '../model/rule.ts';

/** Names of the channels whose baseline a rule's conditions ask. */
export function baselineChannels({ levels }: Pick<Rule, 'levels'>): string[] {
  const conditions = levels.flatMap(({ when, clear, sequence = [] }) => [
    when,
    clear ?? '',
    ...sequence.flatMap((step) => [step.when, step.unless ?? '']),
  ]);
  const asked = conditions.flatMap((text) => [...text.matchAll(/\bbaseline\(\s*(\w+)\s*\)/g)].map(([, name]) => name!));
  return [...new Set(asked)];
}
