import type { DeviceType } from '../../api/contract.ts';

/** `level > 20 cm`: a channel as it is, beside a number. Not `rate(level, 10 min) > 30 cm/h`, and no mean of it either. */
const comparison = /(?<![\w.(])([A-Za-z_]\w*)\s*(?:>=|<=|>|<)\s*-?\d/g;
/** What judges something other than a channel's value; a comparison behind it only narrows that down. */
const indirect = /\b\w+\(\s*\w+\s*[,)]/;

/**
 * The channels whose value itself a rule judges, so that the value beside the rule's name is its proof. A rule about a
 * mean, a rate or the baseline has none: there the single value can look false (`voltage low · 12.5 V`). Of a condition
 * the last comparison is what it is about, as for the lines of a chart (src/api/series/thresholds.ts).
 */
export function comparedChannels(rule: DeviceType['rules'][number] | undefined): Set<string> {
  const found = new Set<string>();
  for (const condition of rule?.levels.flatMap(({ when }) => when.split('||')) ?? []) {
    const last = indirect.test(condition) ? undefined : [...condition.matchAll(comparison)].at(-1);
    if (last) found.add(last[1]!);
  }
  return found;
}
