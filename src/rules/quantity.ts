import { type Scale, unitOf } from '../model/units.ts';

/** What a number of a rule measures; its scale refers to the base unit of its dimension. */
export interface Measure extends Scale {
  /** For example `length`, `length/time`; numbers without a unit have `one`. */
  dimension: string;
}

export const dimensionless: Measure = { dimension: 'one', factor: 1, offset: 0 };

/** The measure of a quantity that changes by `measure` per second. */
export function perSecond(measure: Measure): Measure {
  if (measure === dimensionless) return unitOf('/s')!;
  return { dimension: `${measure.dimension}/time`, factor: measure.factor, offset: 0 };
}

/**
 * Reads a unit of a rule or a channel. A bare number is not a fraction: `spo2 < 90` has lost its `%` and is refused.
 * @returns null when the text is no unit.
 */
export function measureOf(text: string): Measure | null {
  return text === '1' ? dimensionless : unitOf(text);
}

// A number, blanks, then something that may be a unit: letters, %, °, µ and /, as in `30 cm/h`, `10 %LEL`, `2 mg/m3`; or
// `dB(A)`, the one unit with brackets.
const numberWithUnit = /(?<![\w.])(\d+(?:\.\d+)?)\s*(dB\(A\)|[%°µA-Za-z/][%°µA-Za-z0-9/]*)/g;

/**
 * Rewrites numbers with units into calls, so that CEL can parse them: `level > 27 cm` becomes
 * `level > quantity(27.0, "cm")`. What follows a number and is no unit stays as it is, and the parser says what it thinks.
 */
export function rewriteQuantities(expression: string): string {
  return expression.replace(numberWithUnit, (whole, number: string, unit: string) =>
    measureOf(unit) ? `quantity(${Number(number)}, "${unit}")` : whole,
  );
}
