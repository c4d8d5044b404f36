import { z } from 'zod';
import { alarmChangeKinds, alarmCorrections, alarmEndReasons } from '../../model/alarm.ts';
import { Count, Severity, Text, Time } from './basics.ts';
import { PersonRef } from './people.ts';

export const AlarmState = z.enum(['unacknowledged', 'acknowledged', 'returned-unacknowledged', 'normal']);

export const Alarm = z.object({
  id: z.string(),
  ruleId: z.string(),
  ruleName: Text,
  deviceId: z.string(),
  deviceName: z.string(),
  deviceType: z.string(),
  gridId: z.string(),
  severity: Severity,
  peakSeverity: Severity,
  state: AlarmState,
  active: z.boolean(),
  raisedAt: Time,
  raisedReceivedAt: Time,
  clearedAt: Time.nullable(),
  count: Count,
  lastAt: Time,
  values: z.record(z.string(), z.number()),
  /** What the rule tells about it, with the values of its last change; null when the rule has no text. */
  text: Text.nullable(),
  acknowledgedAt: Time.nullable(),
  acknowledgedBy: PersonRef.nullable(),
  caseId: z.string().nullable(),
  /** Who has it now. */
  assignee: PersonRef.nullable(),
  /** What decoding frames again has changed about it: found afterwards, taken back, or otherwise than was known. */
  correction: z.enum(alarmCorrections).nullable(),
  /** The replay that did so last. */
  correctedBy: Count.nullable(),
});
export type Alarm = z.infer<typeof Alarm>;

export const AlarmFacts = z.object({
  severity: Severity,
  peakSeverity: Severity,
  active: z.boolean(),
  raisedAt: Time,
  clearedAt: Time.nullable(),
  count: Count,
  /** Its severities and from when on it had them. */
  path: z.array(z.object({ at: Time, severity: Severity })),
});
export type AlarmFacts = z.infer<typeof AlarmFacts>;

export const AlarmChange = z.object({
  seq: Count,
  kind: z.enum(alarmChangeKinds),
  severity: Severity,
  at: Time,
  recordedAt: Time,
  by: PersonRef.nullable(),
  note: z.string().nullable(),
  values: z.record(z.string(), z.number()).nullable(),
  /** The replay that found it; null for what was known at its time. */
  replayId: Count.nullable(),
  /** Why it ended when no measurement ended it; null when one did. */
  endedBy: z.enum(alarmEndReasons).nullable(),
  /** What was known before and what is known now, where a replay has corrected it. */
  correction: z.object({ before: AlarmFacts, after: AlarmFacts }).nullable(),
});
