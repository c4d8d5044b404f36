import { type Locale, languageTag } from './age.ts';

/** A number of things, short when it is large: `5,200`, `10万`, `104K`. */
export function countText(count: number, locale: Locale): string {
  const notation = count < 10_000 ? 'standard' : 'compact';
  return new Intl.NumberFormat(languageTag[locale], { notation }).format(count);
}
