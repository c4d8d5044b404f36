import type { Severity } from './severity.ts';

/** What the rule fold says about an alarm; everything else about it is what people did. */
export type AlarmEffect =
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
  | { kind: 'cleared'; alarmId: string; at: number; receivedAt: number; values: Record<string, number> };

export interface AlarmRaised {
  kind: 'raised';
  /** Deterministic: the same frames give the same ids. */
  alarmId: string;
  ruleId: string;
  deviceId: string;
  severity: Severity;
  /** When it was true where the device stands: measured time, milliseconds since the epoch. */
  at: number;
  /** When we could know: received time, milliseconds since the epoch. */
  receivedAt: number;
  /** Values of the channels that the rule looks at. */
  values: Record<string, number>;
}

/** ISA-18.2 / IEC 62682 states of an alarm that is not shelved or suppressed. */
export type AlarmState = 'unacknowledged' | 'acknowledged' | 'returned-unacknowledged' | 'normal';

/** The ISA-18.2 state from what the rule says and what people did. */
export function alarmState(active: boolean, acknowledged: boolean): AlarmState {
  if (active) return acknowledged ? 'acknowledged' : 'unacknowledged';
  return acknowledged ? 'normal' : 'returned-unacknowledged';
}
