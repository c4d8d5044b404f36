import type { Text } from './text.ts';

const units: readonly [ms: number, names: Text][] = [
  [86_400_000, { zh: '天', en: 'd' }],
  [3_600_000, { zh: '小时', en: 'h' }],
  [60_000, { zh: '分', en: 'min' }],
  [1_000, { zh: '秒', en: 's' }],
];

/** A duration as people say it, by its two largest units: `8 min 40 s`, `8 分 40 秒`. */
export function spokenDuration(ms: number, language: keyof Text): string {
  let rest = Math.round(ms / 1000) * 1000;
  const first = units.findIndex(([size]) => rest >= size);
  if (first < 0) return `0 ${units.at(-1)![1][language]}`;
  const parts: string[] = [];
  for (const [size, names] of units.slice(first, first + 2)) {
    const number = Math.floor(rest / size);
    rest -= number * size;
    if (number > 0) parts.push(`${number} ${names[language]}`);
  }
  return parts.join(' ');
}
