import type { DeviceType, Series } from '../../api/contract.ts';

type Threshold = Series['thresholds'][number];

/**
 * The thresholds that a chart shows, each once, from the top down. A rule about a rate or about the baseline compares
 * the value itself only on the side; a line at that number would say what the rule does not.
 * @param ruleId only this rule's; all of the type's when left out.
 */
export function thresholdLines(series: Series, rules: DeviceType['rules'], ruleId?: string): Threshold[] {
  const aside = new Set(
    rules.filter((rule) => rule.levels.some(({ when }) => /\b(rate|baseline)\s*\(/.test(when))).map((rule) => rule.id),
  );
  const lines = new Map<string, Threshold>();
  for (const line of series.thresholds) {
    if (aside.has(line.ruleId) || (ruleId !== undefined && line.ruleId !== ruleId)) continue;
    lines.set(`${line.severity} ${line.direction} ${line.value}`, line);
  }
  return [...lines.values()].sort((a, b) => b.value - a.value);
}
