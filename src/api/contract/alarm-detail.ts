import { z } from 'zod';
import { verdicts } from '../../model/baseline-word.ts';
import { Alarm, AlarmChange } from './alarms.ts';
import { Time } from './basics.ts';
import { Case, CaseStep } from './cases.ts';
import { Device } from './devices.ts';
import { PersonRef } from './people.ts';
import { Rule } from './rules.ts';

/** What somebody said about an alarm of a rule that asks a baseline. */
export const BaselineWord = z.object({
  id: z.string(),
  alarmId: z.string(),
  channel: z.string(),
  verdict: z.enum(verdicts),
  by: PersonRef,
  at: Time,
  takenBackAt: Time.nullable(),
  takenBackBy: PersonRef.nullable(),
});

export const NewBaselineWord = z.object({ verdict: z.enum(verdicts) });

/** A channel whose baseline the alarm's rule asks, and what people's words have made of its sensitivity. */
export const HeardBaseline = z.object({
  channel: z.string(),
  /** How many times rarer than by the device's past alone something has to be for the same score: 0.3 to 10; 1 as it is. */
  rarer: z.number(),
  words: z.array(BaselineWord),
});
export type HeardBaseline = z.infer<typeof HeardBaseline>;

export const AlarmDetail = Alarm.extend({
  /** Empty for an alarm of a rule that asks none. */
  baselines: z.array(HeardBaseline),
  rule: Rule.nullable(),
  device: Device.nullable(),
  changes: z.array(AlarmChange),
  case: Case.extend({ steps: z.array(CaseStep) }).nullable(),
});
export type AlarmDetail = z.infer<typeof AlarmDetail>;
