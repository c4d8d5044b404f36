import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { severities } from '../../src/model/severity.ts';

const css = readFileSync(new URL('../../src/console/styles/tokens.css', import.meta.url), 'utf8');

function tokens(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('}', start));
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

/** WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [bright, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright! + 0.05) / (dark! + 0.05);
}

const dark = tokens(':root');
const themes = { dark, light: new Map([...dark, ...tokens(':root[data-theme="light"]')]) };
const pairs: [text: string, ground: string][] = [
  ...['text', 'muted', 'faint', 'normal', 'lost'].flatMap((text): [string, string][] => [
    [text, 'ground'],
    [text, 'surface'],
  ]),
  ['text', 'raised'],
  ['muted', 'raised'],
  ['primary-ink', 'primary'],
  ...severities.flatMap((severity): [string, string][] => [
    [`${severity}-ink`, severity],
    [`${severity}-text`, 'surface'],
    [`${severity}-text`, `${severity}-wash`],
    ['text', `${severity}-wash`],
    ['muted', `${severity}-wash`],
  ]),
];

test.each(Object.entries(themes))('text is readable on its ground in the %s theme (WCAG AA, 4.5 : 1)', (_, colours) => {
  for (const [text, ground] of pairs) {
    expect(contrast(colours.get(text)!, colours.get(ground)!), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
});
