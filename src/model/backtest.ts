import type { Severity } from './severity.ts';

/** An alarm as a backtest tells it: measured times only, so that it does not depend on the order of arrival. */
export interface TrialAlarm {
  /** `{device type}/{name}`. */
  rule: string;
  device: string;
  /** Measured time, milliseconds since the epoch; for a rule of silence received time. */
  raised: number;
  /** Null: it was active at the end. */
  cleared: number | null;
  /** The most severe that it was. */
  peak: Severity;
  /** Samples for which it went on. */
  count: number;
  /** Its severities and from when on it had them, the first included. */
  path: { at: number; severity: Severity }[];
}

/** An alarm that one set of rules has and another has not, or has otherwise. */
export type TrialDifference =
  | { kind: 'added'; rule: string; device: string; now: TrialAlarm }
  | { kind: 'removed'; rule: string; device: string; before: TrialAlarm }
  | { kind: 'changed'; rule: string; device: string; before: TrialAlarm; now: TrialAlarm };

/** What another set of rules makes of the same readings. */
export interface TrialComparison {
  /** Alarms that are the same by both. */
  same: number;
  added: number;
  removed: number;
  changed: number;
  alarms: TrialDifference[];
  /** Rules that only one of the two sets has, with the number of their alarms. */
  rulesAdded: { rule: string; alarms: number }[];
  rulesMissing: { rule: string; alarms: number }[];
}

/** A sample that came late has changed what was told before. */
export interface TrialCorrection {
  /** An alarm that had not been told, one that there never was, or one that went otherwise. */
  kind: 'raised-late' | 'retracted' | 'corrected';
  rule: string;
  device: string;
  /** When the late sample was measured, and when it came. Milliseconds since the epoch. */
  at: number;
  receivedAt: number;
  before: TrialAlarm | null;
  now: TrialAlarm | null;
}

/** How much a backtest has looked at, and found. */
export interface TrialCounts {
  /** Moments at which a device measured something. */
  samples: number;
  /** Values of channels. */
  readings: number;
  devices: number;
  /** Values that were known already, or older than what was known. */
  stale: number;
  alarms: number;
  corrections: number;
  /** Alarms by rule; each rule is named, also those without one. */
  byRule: Record<string, number>;
}

/** What a set of rules makes of readings of the past. */
export interface TrialResult {
  /** Measured times of the first and the last sample that was judged, milliseconds; null when there was none. */
  first: number | null;
  last: number | null;
  ledger: TrialAlarm[];
  /** In the order in which they became known; the first thousand. */
  corrections: TrialCorrection[];
  counts: TrialCounts;
  difference: TrialComparison | null;
}
