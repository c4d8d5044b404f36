import type { Rejudged } from './episode.ts';
import type { Severity } from './severity.ts';

/** What the rule fold says about alarms; everything else about them is what people did. */
export type AlarmEffect = ToldEffect | Rejudged;

/** What happens to one alarm, told as it happens. */
export type ToldEffect =
  | AlarmRaised
  | {
      kind: 'severity';
      alarmId: string;
      severity: Severity;
      at: number;
      receivedAt: number;
      values: Record<string, number>;
    }
  | {
      kind: 'continued';
      alarmId: string;
      count: number;
      at: number;
      receivedAt: number;
      values: Record<string, number>;
    }
  | {
      kind: 'cleared';
      alarmId: string;
      at: number;
      receivedAt: number;
      values: Record<string, number>;
      /** Set when no measurement ended it. */
      endedBy?: AlarmEndReason;
    };

/**
 * Why an alarm ended without a measurement: its rule was switched off or is no more at this place, or its device is no
 * longer in use.
 */
export const alarmEndReasons = ['rule-off', 'rule-withdrawn', 'device-off'] as const;
export type AlarmEndReason = (typeof alarmEndReasons)[number];

export interface AlarmRaised {
  kind: 'raised';
  /** Deterministic: the same frames give the same ids. */
  alarmId: string;
  ruleId: string;
  /** The version of the rule that raised it; absent where rules have none. */
  ruleVersion?: number;
  deviceId: string;
  severity: Severity;
  /** Its rule looks at what is about somebody's life: people are called however old it is. */
  lifeSafety?: true;
  /** When it was true where the device stands: measured time, milliseconds since the epoch. */
  at: number;
  /** When we could know: received time, milliseconds since the epoch. */
  receivedAt: number;
  /** Values of the channels that the rule looks at. */
  values: Record<string, number>;
}

/**
 * What the ledger says happened to an alarm. The last three come from decoding frames again: it should never have been
 * raised, it should have after all, or it went otherwise than was known.
 */
export const alarmChangeKinds = [
  'raised',
  'severity',
  'cleared',
  'acknowledged',
  'retracted',
  'reinstated',
  'corrected',
] as const;
export type AlarmChangeKind = (typeof alarmChangeKinds)[number];

/** How an alarm came to differ from what was known at its time: found afterwards, taken back, or changed. */
export const alarmCorrections = ['raised-late', 'retracted', 'corrected'] as const;
export type AlarmCorrection = (typeof alarmCorrections)[number];

/** What is known about an alarm and can turn out to have been otherwise. */
export interface AlarmFacts {
  severity: Severity;
  peakSeverity: Severity;
  active: boolean;
  /** Measured times, milliseconds since the epoch. */
  raisedAt: number;
  clearedAt: number | null;
  /** Samples for which it went on. */
  count: number;
  /** Its severities and from when on it had them, the first included. */
  path: { at: number; severity: Severity }[];
}

/** ISA-18.2 / IEC 62682 states of an alarm that is not shelved or suppressed. */
export type AlarmState = 'unacknowledged' | 'acknowledged' | 'returned-unacknowledged' | 'normal';

/** The ISA-18.2 state from what the rule says and what people did. */
export function alarmState(active: boolean, acknowledged: boolean): AlarmState {
  if (active) return acknowledged ? 'acknowledged' : 'unacknowledged';
  return acknowledged ? 'normal' : 'returned-unacknowledged';
}
