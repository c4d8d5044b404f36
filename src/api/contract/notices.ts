import { z } from 'zod';
import { noticeReasons } from '../../model/case.ts';
import { Count, Severity, Time } from './basics.ts';

export const Notice = z.object({
  seq: Count,
  caseId: z.string(),
  alarmId: z.string(),
  reason: z.enum(noticeReasons),
  at: Time,
  readAt: Time.nullable(),
});
export type Notice = z.infer<typeof Notice>;

export const Webhook = z.object({ id: z.string(), url: z.url(), minSeverity: Severity });

export const NewWebhook = z.object({
  url: z.url(),
  secret: z.string().min(16).optional(),
  minSeverity: Severity.default('blue'),
});

export const WebhookPatch = z
  .object({ url: z.url(), secret: z.string().min(16).nullable(), minSeverity: Severity })
  .partial();
