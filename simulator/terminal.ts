import { stripVTControlCharacters, styleText } from 'node:util';
import type { Severity, Text } from '../src/api/contract.ts';

/** Everything that the simulator says goes to standard output; colours only where they can be seen. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

type Style = Parameters<typeof styleText>[0];

/** Text with a style, where the terminal shows any. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export const bold = (text: string): string => styled('bold', text);
export const dim = (text: string): string => styled('dim', text);

/** Chinese and English side by side. */
export function both(text: Text): string {
  return `${text.zh} ${text.en}`;
}

const severityLooks: Record<Severity, { style: Style; word: string }> = {
  red: { style: ['bold', 'white', 'bgRed'], word: ' 红 RED    ' },
  orange: { style: ['bold', 'redBright'], word: ' 橙 ORANGE ' },
  yellow: { style: ['bold', 'yellow'], word: ' 黄 YELLOW ' },
  blue: { style: ['bold', 'blue'], word: ' 蓝 BLUE   ' },
};

/** A severity as colour and word, for those who do not see colours. */
export function severityMark(severity: Severity): string {
  const { style, word } = severityLooks[severity];
  return styled(style, word);
}

/** Pads to a width on the screen, where a Chinese character takes two columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text))
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1;
  return width;
}

/** Rows in columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? '')))) ?? [];
  return rows
    .map(
      (row) =>
        indent +
        row
          .map((cell, i) => padded(cell, widths[i]!))
          .join('   ')
          .trimEnd(),
    )
    .join('\n');
}

/** A step under way: one line that counts up on a screen, and is written once elsewhere. */
export class Step {
  readonly #title: string;
  readonly #startedAt = performance.now();

  constructor(title: Text) {
    this.#title = both(title);
    this.progress('');
  }

  progress(text: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K  ${dim('…')} ${this.#title}  ${dim(text)}`);
  }

  done(text = ''): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
    say(`  ${styled('green', '✓')} ${this.#title}  ${dim(`${text}${text && ' · '}${seconds} s`)}`);
  }
}
