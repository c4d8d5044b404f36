/** Severities of an alarm, from least to most severe. Not a public warning level: that is published by a person. */
export const severities = ['blue', 'yellow', 'orange', 'red'] as const;

export type Severity = (typeof severities)[number];

/** Rank of a severity: 0 for blue … 3 for red. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}
