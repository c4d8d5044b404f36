import type { Severity } from '../../api/contract.ts';

/** From most to least severe: the order in which people read them. */
export const severitiesWorstFirst: readonly Severity[] = ['red', 'orange', 'yellow', 'blue'];

/** The numeral that goes with the colour: 1 is the most severe, as in 一级 red … 四级 blue. */
export const levelOf: Readonly<Record<Severity, 1 | 2 | 3 | 4>> = { red: 1, orange: 2, yellow: 3, blue: 4 };

/** Below 0 when `a` is more severe than `b`; null (no alarm) is the least severe. */
export function compareSeverity(a: Severity | null, b: Severity | null): number {
  return (a ? levelOf[a] : 5) - (b ? levelOf[b] : 5);
}

/** The more severe of two; null means no alarm. */
export function worse(a: Severity | null, b: Severity | null): Severity | null {
  return compareSeverity(a, b) <= 0 ? a : b;
}
