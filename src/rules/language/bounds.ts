import { decimalDifference, decimalProduct, decimalQuotient, decimalSum } from '../exact.ts';
import type { Evaluate } from './context.ts';
import type { Comparison } from './operators.ts';

/**
 * Between what a number lies, where it is known at all: interval arithmetic over what a window has seen. With it most
 * conditions are told to be false, at most readings, without a look at the window. It may only err on the safe side.
 */
export interface Bounds {
  low: Evaluate;
  high: Evaluate;
}

/** Of what takes little work to tell by itself. */
export function exactly(run: Evaluate): Bounds {
  return { low: run, high: run };
}

/** Whether what is known of it is the number itself. */
export function isExact({ bounds, run }: { bounds?: Bounds; run: Evaluate }): boolean {
  return bounds?.low === run && bounds.high === run;
}

/** Of the sum of two numbers. */
export function sumBounds(a: Bounds | undefined, b: Bounds | undefined): Bounds | undefined {
  return (
    a &&
    b && {
      low: (c) => decimalSum(a.low(c), b.low(c)),
      high: (c) => decimalSum(a.high(c), b.high(c)),
    }
  );
}

/** Of a number less another. */
export function differenceBounds(a: Bounds | undefined, b: Bounds | undefined): Bounds | undefined {
  return (
    a &&
    b && {
      low: (c) => decimalDifference(a.low(c), b.high(c)),
      high: (c) => decimalDifference(a.high(c), b.low(c)),
    }
  );
}

/** Of a number with the other sign, to the last bit: times -1 it would be rounded to a decimal. */
export function negatedBounds(a: Bounds | undefined): Bounds | undefined {
  return a && { low: (c) => -a.high(c), high: (c) => -a.low(c) };
}

/** Of a number times a fixed one. */
export function scaledBounds(a: Bounds | undefined, by: number): Bounds | undefined {
  if (!a) return undefined;
  const [low, high] = by < 0 ? [a.high, a.low] : [a.low, a.high];
  return { low: (c) => decimalProduct(by, low(c)), high: (c) => decimalProduct(by, high(c)) };
}

/** Of a number by a fixed one. Times 1/49 it would be another: 49 times that is less than 1. */
export function dividedBounds(a: Bounds | undefined, by: number): Bounds | undefined {
  if (!a) return undefined;
  const [low, high] = by < 0 ? [a.high, a.low] : [a.low, a.high];
  return { low: (c) => decimalQuotient(low(c), by), high: (c) => decimalQuotient(high(c), by) };
}

/**
 * Whether a comparison may be true.
 * @param limit the right side where it is a fixed number, which is what nearly every rule compares with.
 * @returns 1 or 0; undefined where the bounds say nothing.
 */
export function mayCompare(operator: Comparison, left: Bounds, right: Bounds, limit?: number): Evaluate | undefined {
  const { low, high } = left;
  switch (operator) {
    case '>':
      if (limit !== undefined) return (c) => (high(c) > limit ? 1 : 0);
      return (c) => (high(c) > right.low(c) ? 1 : 0);
    case '>=':
      if (limit !== undefined) return (c) => (high(c) >= limit ? 1 : 0);
      return (c) => (high(c) >= right.low(c) ? 1 : 0);
    case '<':
      if (limit !== undefined) return (c) => (low(c) < limit ? 1 : 0);
      return (c) => (low(c) < right.high(c) ? 1 : 0);
    case '<=':
      if (limit !== undefined) return (c) => (low(c) <= limit ? 1 : 0);
      return (c) => (low(c) <= right.high(c) ? 1 : 0);
    case '==':
      return (c) => (low(c) <= right.high(c) && right.low(c) <= high(c) ? 1 : 0);
    case '!=':
      return undefined;
  }
}
