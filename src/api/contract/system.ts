import { z } from 'zod';
import { systemAlarmCodes } from '../../model/system-alarm.ts';
import { Count, Severity, Time } from './basics.ts';

/** Each part that Tocsin is made of or depends on. */
export const Readiness = z.object({
  ok: z.boolean(),
  parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

/** Something that is wrong with Tocsin itself; docs/operations.md says what each code means and what to do. */
export const SystemAlarm = z.object({
  id: z.string(),
  code: z.enum(systemAlarmCodes),
  severity: Severity,
  since: Time,
  /** Numbers in the unit that their name ends in (`oldestMs`), or words. */
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type SystemAlarm = z.infer<typeof SystemAlarm>;

/** What is wrong now, the worst first. */
export const SystemNow = z.object({ troubles: z.array(SystemAlarm) });
export type SystemNow = z.infer<typeof SystemNow>;

const Milliseconds = z.number().min(0).describe('milliseconds');

/** Milliseconds to each station that a canary has passed. */
const CanaryTimes = z.partialRecord(z.enum(['connected', 'durable', 'alarmed', 'notified']), Milliseconds);

export const SystemStatus = SystemNow.extend({
  startedAt: Time,
  parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
  /** Who has something waiting: entries of the journal, or notifications. */
  consumers: z.array(
    z.object({
      name: z.enum(['engine', 'telemetry', 'delivery']),
      waiting: Count,
      /** Since the oldest of what waits came in. */
      oldestMs: Milliseconds,
      /** Since it was asked how it is, without an answer. */
      silentMs: Milliseconds,
      trouble: z.string().nullable(),
    }),
  ),
  /** From receipt to each station, over the last five minutes. */
  latencies: z.array(
    z.object({
      stage: z.enum(['durable', 'judged', 'alarmed', 'notified']),
      count: Count,
      p50Ms: Milliseconds.nullable(),
      p99Ms: Milliseconds.nullable(),
    }),
  ),
  /** The alarm that Tocsin sends itself the whole way, unseen by everybody. */
  canary: z.object({
    state: z.enum(['off', 'waiting', 'well', 'late']),
    everyMs: Milliseconds,
    withinMs: Milliseconds,
    lastAt: Time.nullable(),
    last: CanaryTimes.nullable(),
    late: z.object({ ageMs: Milliseconds, passed: z.array(z.string()) }).nullable(),
  }),
  heartbeat: z.object({ enabled: z.boolean(), lastAt: Time.nullable(), failure: z.string().nullable() }),
  /** What was wrong, the newest first. */
  history: z.array(SystemAlarm.extend({ clearedAt: Time.nullable() })),
});
export type SystemStatus = z.infer<typeof SystemStatus>;
