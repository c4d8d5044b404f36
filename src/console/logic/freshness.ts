export type Freshness = 'fresh' | 'late' | 'silent';

/** Late after two missed reports, silent after five; sensors on weak radio miss one now and then. */
export function freshness(now: number, measuredAt: number, periodMs: number): Freshness {
  const missed = (now - measuredAt) / periodMs;
  if (missed <= 2.5) return 'fresh';
  return missed <= 5.5 ? 'late' : 'silent';
}
