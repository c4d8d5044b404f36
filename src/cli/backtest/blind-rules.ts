import type { Spacing } from '../../backtest/spacing.ts';
import type { CompiledType } from '../../rules/compile.ts';
import { writeDuration } from '../../shared/duration.ts';

const minute = 60_000;

/** Sentences about rules that these readings can say little about, so that "no alarm" is not taken for "all is well". */
export function blindRules({ rules }: CompiledType, spacing: Spacing): string[] {
  const notes: string[] = [];
  const short = (id: string) => id.slice(id.indexOf('/') + 1);
  const apart = spacing.usualMs;
  const byGap = new Map<number, string[]>();
  for (const { id, maxGapMs } of rules)
    if (apart !== null && apart > maxGapMs) byGap.set(maxGapMs, [...(byGap.get(maxGapMs) ?? []), short(id)]);
  for (const [gap, ids] of byGap)
    notes.push(
      `Readings are usually ${writeDuration(Math.max(Math.round(apart! / minute), 1) * minute)} apart, more than maxGap (${writeDuration(gap)}) of ${ids.join(', ')}: nothing counts as held from one to the next, so what takes time neither begins nor ends. A maxGap in the rule says otherwise.`,
    );
  const counting = rules.filter(({ peers }) => peers.length > 0).map(({ id }) => short(id));
  if (counting.length > 0)
    notes.push(
      `Not known from a file is where its devices stand, so what ${counting.join(', ')} ${counting.length > 1 ? 'count' : 'counts'} of devices around is not known either.`,
    );
  return notes;
}
