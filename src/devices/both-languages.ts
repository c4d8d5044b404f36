import type { Text } from '../model/text.ts';

/** Stands in no sentence. */
const between = '\u001e';

/**
 * What is wrong with a value in a file, for a schema: zod keeps one string for a mistake, so both languages travel in it
 * as far as `sentence` takes them apart again.
 */
export function both({ zh, en }: Text): string {
  return `${en}${between}${zh}`;
}

/** A mistake that a schema has found, in both languages; one that was said in English only is so in both. */
export function sentence(message: string): Text {
  const [en, zh = en] = message.split(between) as [string, string?];
  return { zh, en };
}
