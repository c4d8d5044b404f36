import { median, quantile } from 'simple-statistics';

/** Milliseconds or messages, rounded for people. */
export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

/** Median. */
export function p50(values: number[]): number {
  return median(values);
}

/** What one in a hundred exceeds. */
export function p99(values: number[]): number {
  return quantile(values, 0.99);
}
