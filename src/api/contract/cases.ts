import { z } from 'zod';
import { caseStatuses, caseStepKinds } from '../../model/case.ts';
import { Alarm } from './alarms.ts';
import { Count, Tier, Time } from './basics.ts';
import { PersonRef } from './people.ts';

export const CaseStep = z.object({
  seq: Count,
  kind: z.enum(caseStepKinds),
  at: Time,
  by: PersonRef.nullable(),
  to: PersonRef.nullable(),
  areaId: z.string().nullable(),
  note: z.string().nullable(),
});

export const Case = z.object({
  id: z.string(),
  alarmId: z.string(),
  gridId: z.string(),
  tier: Tier,
  areaId: z.string(),
  assignee: PersonRef.nullable(),
  handler: PersonRef.nullable(),
  status: z.enum(caseStatuses),
  openedAt: Time,
  acceptedAt: Time.nullable(),
  handledAt: Time.nullable(),
  closedAt: Time.nullable(),
  /** When the next tier is told, while nobody has accepted. */
  acceptDueAt: Time.nullable(),
});
export type Case = z.infer<typeof Case>;

export const CaseDetail = Case.extend({ alarm: Alarm, steps: z.array(CaseStep) });
export type CaseDetail = z.infer<typeof CaseDetail>;

/** `pass: false` sends the case back to its handler. */
export const Verification = z.object({ pass: z.boolean(), note: z.string().max(2000).optional() });
