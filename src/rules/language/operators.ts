import { decimalDifference, decimalProduct, decimalQuotient, decimalSum } from '../exact.ts';
import { differenceBounds, dividedBounds, negatedBounds, scaledBounds, sumBounds } from './bounds.ts';
import type { Evaluate } from './context.ts';
import { difference, dimensionless, type Measure } from './measures.ts';
import {
  constant,
  converted,
  isFixed,
  isPlain,
  type NumberTyped,
  number,
  plainTruth,
  type TruthTyped,
  toldOf,
  truth,
} from './typed.ts';

export const comparisons = ['>', '>=', '<', '<=', '==', '!='] as const;
export type Comparison = (typeof comparisons)[number];

/** Kleene's and: false as soon as one side is, whatever is not known of the other. */
export function and(left: TruthTyped, right: TruthTyped): TruthTyped {
  const [first, second] = lessWorkFirst(left, right);
  const [a, b] = [first.run, second.run];
  const run: Evaluate = (c) => {
    const x = a(c);
    if (x === 0) return 0;
    const y = b(c);
    return y === 0 ? 0 : x * y;
  };
  if (isPlain(first) && isPlain(second)) return plainTruth(run);
  const [p, q] = [first.may, second.may];
  const may: Evaluate | undefined = p && q ? (c) => (p(c) === 1 ? q(c) : 0) : (p ?? q);
  return { ...truth(run), may };
}

/** Kleene's or: true as soon as one side is. */
export function or(left: TruthTyped, right: TruthTyped): TruthTyped {
  const [first, second] = lessWorkFirst(left, right);
  const [a, b] = [first.run, second.run];
  const run: Evaluate = (c) => {
    const x = a(c);
    if (x === 1) return 1;
    const y = b(c);
    return y === 1 ? 1 : x + y;
  };
  if (isPlain(first) && isPlain(second)) return plainTruth(run);
  const [p, q] = [first.may, second.may];
  const may: Evaluate | undefined = p && q && ((c) => (p(c) === 1 ? 1 : q(c)));
  return { ...truth(run), may };
}

/** The order makes no difference to what is true. */
function lessWorkFirst(left: TruthTyped, right: TruthTyped): [TruthTyped, TruthTyped] {
  return isPlain(right) && !isPlain(left) ? [right, left] : [left, right];
}

export function not(of: TruthTyped): TruthTyped {
  const a = of.run;
  const run: Evaluate = (c) => 1 - a(c);
  return isPlain(of) ? plainTruth(run) : truth(run);
}

/** Compares two numbers of one measure, or two truths. One closure for each operator: this is the hot path. */
export function compare(operator: Comparison, a: Evaluate, b: Evaluate, limit?: number): Evaluate {
  if (limit !== undefined) return compareWith(operator, a, limit);
  const orUnknown = (test: (x: number, y: number) => boolean): Evaluate => {
    return (c) => {
      const x = a(c);
      const y = b(c);
      return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : test(x, y) ? 1 : 0;
    };
  };
  switch (operator) {
    case '>':
      return orUnknown((x, y) => x > y);
    case '>=':
      return orUnknown((x, y) => x >= y);
    case '<':
      return orUnknown((x, y) => x < y);
    case '<=':
      return orUnknown((x, y) => x <= y);
    case '==':
      return orUnknown((x, y) => x === y);
    case '!=':
      return orUnknown((x, y) => x !== y);
  }
}

/**
 * Compares two numbers of one measure, of one of which it may only be known what it is at least: that is above a limit
 * for certain, or nobody knows.
 */
export function compareAtLeast(operator: Comparison, left: NumberTyped, right: NumberTyped): Evaluate {
  const whole = compare(operator, left.run, right.run, right.constant);
  if (operator === '==' || operator === '!=' || !left.atLeast === !right.atLeast) return whole;
  const partly = compare(operator, toldOf(left), toldOf(right), right.constant);
  const certain = (left.atLeast !== undefined) === operator.startsWith('>') ? 1 : 0;
  return (c) => {
    const truth = whole(c);
    if (!Number.isNaN(truth)) return truth;
    return partly(c) === certain ? certain : Number.NaN;
  };
}

/** The same against a fixed limit, which is what nearly every rule does. Only NaN is neither above, below nor equal. */
function compareWith(operator: Comparison, a: Evaluate, limit: number): Evaluate {
  switch (operator) {
    case '>':
      return (c) => {
        const x = a(c);
        return x > limit ? 1 : x <= limit ? 0 : Number.NaN;
      };
    case '>=':
      return (c) => {
        const x = a(c);
        return x >= limit ? 1 : x < limit ? 0 : Number.NaN;
      };
    case '<':
      return (c) => {
        const x = a(c);
        return x < limit ? 1 : x >= limit ? 0 : Number.NaN;
      };
    case '<=':
      return (c) => {
        const x = a(c);
        return x <= limit ? 1 : x > limit ? 0 : Number.NaN;
      };
    case '==':
      return (c) => {
        const x = a(c);
        return x === limit ? 1 : x < limit || x > limit ? 0 : Number.NaN;
      };
    case '!=':
      return (c) => {
        const x = a(c);
        return x === limit ? 0 : x < limit || x > limit ? 1 : Number.NaN;
      };
  }
}

/** What is added is a difference: 20 °C and 5 K are 25 °C. */
export function plus(left: NumberTyped, right: NumberTyped): NumberTyped {
  const added = converted(asDifference(right), difference(left.measure));
  const [a, b] = [left.run, added.run];
  return fold(left, right, {
    ...number(left.measure, (c) => decimalSum(a(c), b(c))),
    bounds: sumBounds(left.bounds, added.bounds),
  });
}

/**
 * Between two temperatures lies a difference; a difference from a temperature leaves a temperature; and a temperature
 * less the fixed 5 °C may be either.
 */
export function minus(left: NumberTyped, right: NumberTyped): NumberTyped {
  const { measure } = left;
  const between =
    measure.dimension === 'temperature' &&
    !measure.difference &&
    right.measure.difference !== 'always' &&
    right.constant === undefined;
  // Two temperatures are made one scale first, with its zero: 20 °C less 50 °F are 10 K.
  const taken = between ? converted(right, measure) : converted(asDifference(right), difference(measure));
  const [a, b] = [left.run, taken.run];
  const either = !measure.difference && right.constant !== undefined && right.measure.offset !== 0;
  const of: Measure = between ? difference(measure) : either ? { ...measure, difference: 'either' } : measure;
  return fold(left, right, {
    ...number(of, (c) => decimalDifference(a(c), b(c))),
    bounds: differenceBounds(left.bounds, taken.bounds),
  });
}

/**
 * Two numbers of one dimension as they are meant beside each other: beside a difference of temperatures 5 °C are a
 * difference too.
 * @returns null when one is a difference and the other what a thermometer shows.
 */
export function together(left: NumberTyped, right: NumberTyped): [NumberTyped, NumberTyped] | null {
  const [a, b] = [left.measure.difference, right.measure.difference];
  if (a === b) return [left, right];
  if (a === 'always') return mayBeDifference(right) ? [left, asDifference(right)] : null;
  if (b === 'always') return mayBeDifference(left) ? [asDifference(left), right] : null;
  const other = a === 'either' ? right : left;
  if (other.constant === undefined || other.measure.offset !== 0) return [left, right];
  return [asDifference(left), asDifference(right)];
}

function mayBeDifference({ constant, measure }: NumberTyped): boolean {
  return constant !== undefined || measure.difference !== undefined;
}

function asDifference(typed: NumberTyped): NumberTyped {
  return { ...typed, measure: difference(typed.measure) };
}

/** @returns null when neither side is a number without unit. */
export function times(left: NumberTyped, right: NumberTyped): NumberTyped | null {
  if (left.measure.dimension !== 'one' && right.measure.dimension !== 'one') return null;
  const measure = right.measure.dimension === 'one' ? left.measure : right.measure;
  const bounds =
    right.constant !== undefined
      ? scaledBounds(left.bounds, right.constant)
      : left.constant !== undefined
        ? scaledBounds(right.bounds, left.constant)
        : undefined;
  return fold(left, right, { ...number(measure, (c) => decimalProduct(left.run(c), right.run(c))), bounds });
}

/** @returns null when the sides are of different kinds and the right one has a unit. */
export function over(left: NumberTyped, right: NumberTyped): NumberTyped | null {
  if (left.measure.dimension === right.measure.dimension) {
    const [above, below] = together(left, right) ?? [left, right];
    const b = converted(below, above.measure).run;
    return fold(
      left,
      right,
      number(dimensionless, (c) => decimalQuotient(left.run(c), b(c))),
    );
  }
  if (right.measure.dimension !== 'one') return null;
  const bounds = right.constant === undefined ? undefined : dividedBounds(left.bounds, right.constant);
  return fold(left, right, { ...number(left.measure, (c) => decimalQuotient(left.run(c), right.run(c))), bounds });
}

export function negative(of: NumberTyped): NumberTyped {
  if (of.constant !== undefined) return constant(-of.constant, of.measure);
  return { ...number(of.measure, (c) => -of.run(c)), bounds: negatedBounds(of.bounds) };
}

/** What is made of two fixed numbers is one. */
function fold(left: NumberTyped, right: NumberTyped, result: NumberTyped): NumberTyped {
  if (left.constant === undefined || right.constant === undefined)
    return isFixed(left) && isFixed(right) ? { ...result, ofPlace: true } : result;
  // Nothing of the context is looked at.
  return constant(result.run(undefined as never), result.measure);
}
