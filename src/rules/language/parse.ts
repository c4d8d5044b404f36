import { type ASTNode, parse as parseCel } from '@marcbachmann/cel-js';
import { unitNames } from '../../model/units.ts';
import { TocsinError } from '../../shared/errors.ts';
import { measureOf } from './measures.ts';

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
        const allowed = `known are ${unitNames.join(', ')} and quotients of them such as mg/m3`;
        throw this.#error(unknownUnit.at, text.length, `"${unknownUnit.unit}" is no unit that is known; ${allowed}`);
      }
      throw this.#error(start, text.length, `${message.split('\n')[0]}. ${hint(text, start)}`);
    }
  }

  /** The text of a part of the expression as it was written. */
  textOf(node: ASTNode): string {
    return this.text.slice(this.#original(node.start, 'start'), this.#original(node.end, 'end'));
  }

  /** An error about a part of the expression. */
  errorAt(node: ASTNode, message: string): TocsinError {
    return this.#error(this.#original(node.start, 'start'), this.#original(node.end, 'end'), message);
  }

  #error(start: number, end: number, message: string): TocsinError {
    const whole = start === 0 && end === this.text.length;
    const part = this.text.slice(start, end).slice(0, 60);
    const place = whole ? '' : `, at ${part === '' ? 'the end' : `"${part}" (character ${start + 1})`}`;
    const detail = { expression: this.text, start, end };
    return new TocsinError('RULE_INVALID', `in "${this.text}"${place}: ${message}`, detail);
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

function hint(text: string, start: number): string {
  if (/(?<![=!<>])=(?!=)/.test(text)) return 'Two values are compared with ==';
  if (/[，；：（）＞＜＝！＆｜]/.test(text)) return 'Write half-width characters: , ( ) > < = ! & |';
  if (/[≥≤≠]/.test(text)) return 'Write >= <= !=';
  if (/^\s*(and|or|not)\b/i.test(text.slice(start)) || /^(not)\b/i.test(text))
    return 'Write && for and, || for or, ! for not';
  return 'Write for example: level > 27 cm && rate(level, 10 min) > 5 cm/h';
}
