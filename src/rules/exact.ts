/**
 * Sums that do not drift: each is kept as two numbers, the second being what the first leaves out (Dekker 1971, Knuth's
 * two-sum). That is 106 bits, so that readings within a factor of a million of each other are added and taken away again
 * without any error at all, and a sum does not depend on what was in it before.
 *
 * They live in plain arrays, two places each: a sum as an object of its own would take four times the memory.
 */

/** Adds a number to the sum at `place`. */
export function addExact(cells: number[], place: number, x: number): void {
  const high = cells[place]!;
  const sum = high + x;
  const part = sum - high;
  const low = cells[place + 1]! + (high - (sum - part) + (x - part));
  const total = sum + low;
  cells[place] = total;
  cells[place + 1] = low - (total - sum);
}

/** 2^27 + 1: splits a double into two halves whose products are exact. */
const splitter = 134_217_729;

/** What `a * b` loses by rounding. */
export function productError(a: number, b: number, product: number): number {
  const p = splitter * a;
  const aHigh = p - (p - a);
  const aLow = a - aHigh;
  const q = splitter * b;
  const bHigh = q - (q - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** Adds `a * b` to the sum at `place`: the product as `addExact` would, then what it loses by rounding. */
export function addProduct(cells: number[], place: number, a: number, b: number): void {
  const x = a * b;
  let high = cells[place]!;
  let sum = high + x;
  let part = sum - high;
  let low = cells[place + 1]! + (high - (sum - part) + (x - part));
  high = sum + low;
  low -= high - sum;
  const y = productError(a, b, x);
  sum = high + y;
  part = sum - high;
  low += high - (sum - part) + (y - part);
  const total = sum + low;
  cells[place] = total;
  cells[place + 1] = low - (total - sum);
}

/** The sum at `place` divided by a number, rounded once. */
export function dividedBy(cells: readonly number[], place: number, divisor: number): number {
  const high = cells[place]!;
  const quotient = high / divisor;
  const product = quotient * divisor;
  return quotient + (high - product - productError(quotient, divisor, product) + cells[place + 1]!) / divisor;
}

/** `n * ab - a * b` of sums in one array: a sum of products about the mean, times `n`. */
export function centred(cells: readonly number[], n: number, ab: number, a: number, b: number): number {
  const result = [0, 0];
  addProduct(result, 0, cells[ab]!, n);
  addProduct(result, 0, cells[ab + 1]!, n);
  addProduct(result, 0, -cells[a]!, cells[b]!);
  addProduct(result, 0, -cells[a]!, cells[b + 1]!);
  addProduct(result, 0, -cells[a + 1]!, cells[b]!);
  return result[0]!;
}

/**
 * A result of decimal numbers as one would have it on paper: 12.4 - 12.1 is 0.3, not 0.3000000000000007. Rounded to
 * fourteen places below the largest number that went into it.
 * @param magnitude of that number.
 */
export function asDecimal(x: number, magnitude: number): number {
  // Most readings: water, tilt, gas, pulse.
  if (magnitude >= 1 && magnitude < 1000) {
    const scale = magnitude < 10 ? 1e13 : magnitude < 100 ? 1e12 : 1e11;
    return Math.round(x * scale) / scale;
  }
  if (!(magnitude > 1e-6 && magnitude < 1e12)) return x;
  let scale = 1e14;
  for (let below = 1; magnitude >= below; below *= 10) scale /= 10;
  for (let least = 0.1; magnitude < least; least /= 10) scale *= 10;
  return Math.round(x * scale) / scale;
}

/** A sum of two decimal numbers as one would have it on paper: 0.1 + 0.2 is 0.3. */
export function decimalSum(a: number, b: number): number {
  return asDecimal(a + b, Math.max(Math.abs(a), Math.abs(b)));
}

/** Their difference: 20.1 - 10 is 10.1. */
export function decimalDifference(a: number, b: number): number {
  return asDecimal(a - b, Math.max(Math.abs(a), Math.abs(b)));
}

/** Their product: 1.1 * 3 is 3.3. */
export function decimalProduct(a: number, b: number): number {
  return asDecimal(a * b, Math.abs(a * b));
}

/** Their quotient: 0.3 / 0.1 is 3. */
export function decimalQuotient(a: number, b: number): number {
  return asDecimal(a / b, Math.abs(a / b));
}
