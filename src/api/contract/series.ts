import { z } from 'zod';
import { Count, Severity, Time } from './basics.ts';

export const LatestValue = z.object({
  channel: z.string(),
  value: z.number(),
  measuredAt: Time,
  /** `clock`: the device's clock was off, and the time was put right by when the reading came; absent when it is good. */
  quality: z.literal('clock').optional(),
});
export type LatestValue = z.infer<typeof LatestValue>;

export const Bucket = z.object({
  at: Time,
  mean: z.number(),
  min: z.number(),
  max: z.number(),
  count: Count,
  /** How many of them have a time that was put right, since the device's clock was off; absent when none has. */
  clock: Count.optional(),
});
export type Bucket = z.infer<typeof Bucket>;

/** Values that are normal for this device at that hour; absent where the baseline has not learnt enough yet. */
export const BandPoint = z.object({ at: Time, low: z.number(), middle: z.number(), high: z.number() });

/**
 * The newest time in which the channel was unusual for this device: `at` and `value` are its most surprising reading,
 * beside what was normal then. `score` is 1 minus how many times a day the device's own past would bring it.
 */
export const Deviation = z.object({
  from: Time,
  until: Time.nullable().describe('when it was usual again; null while it goes on'),
  at: Time,
  value: z.number(),
  low: z.number(),
  middle: z.number(),
  high: z.number(),
  score: z.number(),
  kind: z.enum(['point', 'shift', 'drift', 'spread', 'stuck', 'rhythm', 'extreme']),
});

/** A level that a rule compares this channel with, in the channel's unit. */
export const Threshold = z.object({
  ruleId: z.string(),
  severity: Severity,
  value: z.number(),
  direction: z.enum(['above', 'below']),
});

export const Series = z.object({
  deviceId: z.string(),
  channel: z.string(),
  unit: z.string(),
  stepMs: Count,
  buckets: z.array(Bucket),
  band: z.array(BandPoint),
  /** Ids of the devices whose past the band is, while this one has none of its own; absent once it has. */
  borrowedFrom: z.array(z.string()).optional(),
  /** Null when there was none in the period. */
  deviation: Deviation.nullable(),
  thresholds: z.array(Threshold),
});
export type Series = z.infer<typeof Series>;
