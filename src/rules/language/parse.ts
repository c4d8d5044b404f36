import { type ASTNode, parse as parseCel } from '@marcbachmann/cel-js';
import type { Text } from '../../model/text.ts';
import { TocsinError } from '../../shared/errors.ts';
import { measureOf } from './measures.ts';
import { mistakes, readingCures } from './mistakes.ts';

export type { ASTNode } from '@marcbachmann/cel-js';

/** The text of an expression, and where its pieces stand in it. */
export class Source {
  readonly text: string;
  readonly ast: ASTNode;
  readonly #shifts: Shift[];

  /** @throws TocsinError RULE_INVALID. */
  constructor(text: string) {
    this.text = text;
    const { rewritten, shifts, unknownUnit } = rewrite(text);
    this.#shifts = shifts;
    try {
      this.ast = parseCel(rewritten).ast;
    } catch (error) {
      const { message, range } = error as Error & { range?: { start: number; end: number } };
      const start = range ? this.#original(range.start, 'start') : 0;
      if (unknownUnit && unknownUnit.at <= start) {
        throw this.#error(unknownUnit.at, text.length, mistakes.unitUnknown(unknownUnit.unit));
      }
      throw this.#error(start, text.length, mistakes.unreadable(message.split('\n')[0]!, cureOf(text, start)));
    }
  }

  /** The text of a part of the expression as it was written. */
  textOf(node: ASTNode): string {
    return this.text.slice(...this.#placeOf(node));
  }

  /** An error about a part of the expression. */
  errorAt(node: ASTNode, mistake: Text): TocsinError {
    return this.#error(...this.#placeOf(node), mistake);
  }

  /** Where a part begins and ends. */
  #placeOf(node: ASTNode): [start: number, end: number] {
    return withBrackets(this.text, this.#original(node.start, 'start'), this.#original(node.end, 'end'));
  }

  #error(start: number, end: number, mistake: Text): TocsinError {
    const whole = start === 0 && end === this.text.length;
    const part = this.text.slice(start, end).slice(0, 60);
    const place: Text = whole
      ? { zh: '', en: '' }
      : part === ''
        ? { zh: '的末尾', en: ', at the end' }
        : { zh: `的 “${part}”（第 ${start + 1} 个字符）`, en: `, at "${part}" (character ${start + 1})` };
    const sentence = {
      zh: `“${this.text}” 中${place.zh}：${mistake.zh}`,
      en: `in "${this.text}"${place.en}: ${mistake.en}`,
    };
    return new TocsinError('RULE_INVALID', sentence, { expression: this.text, start, end });
  }

  /** Where a place in what the parser has read stands in what was written. */
  #original(place: number, edge: 'start' | 'end'): number {
    let moved = 0;
    for (const { at, was, is } of this.#shifts) {
      const from = at + moved;
      if (place <= from) break;
      if (place < from + is) return edge === 'start' ? at : at + was;
      moved += is - was;
    }
    return Math.min(Math.max(place - moved, 0), this.text.length);
  }
}

/**
 * The parser leaves brackets out that stand around the first or the last piece of a part: of `(a) && (b)` it says that it
 * is `a) && (b`.
 */
function withBrackets(text: string, start: number, end: number): [start: number, end: number] {
  let open = 0;
  let unopened = 0;
  for (const [bracket] of text.slice(start, end).matchAll(/"[^"]*"|'[^']*'|[()]/g)) {
    if (bracket === '(') open++;
    else if (bracket === ')' && open > 0) open--;
    else if (bracket === ')') unopened++;
  }
  let [from, to] = [start, end];
  for (; unopened > 0; unopened--) from = text.lastIndexOf('(', from - 1);
  for (; open > 0; open--) to = text.indexOf(')', to) + 1;
  return [from, to];
}

/** `was` characters of the original from `at` on have become `is` characters. */
interface Shift {
  at: number;
  was: number;
  is: number;
}

// Text in quotation marks; a time of day; or a number, blanks, and something that may be a unit: letters, %, °, µ, ³ and /,
// as in `30 cm/h`, `10 %LEL`, `2 mg/m3`, or `dB(A)`, the one unit with brackets.
const special =
  /("[^"]*"|'[^']*')|(?<![\w.:])([01]?\d|2[0-4]):([0-5]\d)(?![\w:])|(?<![\w.])(\d+(?:\.\d+)?)\s*(dB\(A\)|[%°℃℉µμA-Za-z/][%°℃℉µμ³A-Za-z0-9/]*)/g;

/**
 * Rewrites what CEL does not know into calls that its parser takes: `level > 27 cm` becomes
 * `level > quantity(27, "cm")`, and `22:30` becomes `clock(1350)`. What follows a number and is no unit stays as it is.
 */
function rewrite(text: string): {
  rewritten: string;
  shifts: Shift[];
  unknownUnit: { at: number; unit: string } | null;
} {
  const shifts: Shift[] = [];
  let unknownUnit: { at: number; unit: string } | null = null;
  const rewritten = text.replace(special, (whole, quoted, hours, minutes, number, unit, at: number) => {
    if (quoted !== undefined) return whole;
    let made: string;
    if (hours !== undefined) made = `clock(${Number(hours) * 60 + Number(minutes)})`;
    else if (measureOf(unit)) made = `quantity(${Number(number)}, "${unit}")`;
    else {
      if (unit !== 'in') unknownUnit ??= { at, unit };
      return whole;
    }
    shifts.push({ at, was: whole.length, is: made.length });
    return made;
  });
  return { rewritten, shifts, unknownUnit };
}

/** What is likely meant where nothing can be read. */
function cureOf(text: string, start: number): Text {
  const bare = text.replaceAll(/"[^"]*"|'[^']*'/g, '');
  if (/#/.test(bare)) return readingCures.comment;
  if (/(?<![=!<>])=(?!=)/.test(text)) return readingCures.equals;
  if (/[，；：（）＞＜＝！＆｜]/.test(text)) return readingCures.halfWidth;
  if (/[≥≤≠]/.test(text)) return readingCures.orEqual;
  if (/^\s*(and|or|not)\b/i.test(text.slice(start)) || /^(not)\b/i.test(text)) return readingCures.logic;
  if (/^,\d/.test(text.slice(start)) && /\d$/.test(text.slice(0, start))) return readingCures.point;
  if (/^\s*for\b/.test(text.slice(start))) return readingCures.duration;
  if (/^[且和并或非不]/.test(text.slice(start))) return readingCures.logic;
  if (/\p{Script=Han}/u.test(text.slice(start, start + 1))) return readingCures.latin;
  if (bare.split('(').length !== bare.split(')').length) return readingCures.brackets;
  if (/[\w%)]\s+[\w!(]*$/.test(text.slice(0, start + 1))) return readingCures.between;
  return readingCures.example;
}
