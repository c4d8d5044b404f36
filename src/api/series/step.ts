const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Steps that people can name, in milliseconds. */
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
];

/** The smallest step with which a span has at most `points` of them; beyond half a day whole days. Milliseconds. */
export function stepFor(spanMs: number, points: number): number {
  const least = spanMs / points;
  return steps.find((step) => step >= least) ?? Math.ceil(least / day) * day;
}
