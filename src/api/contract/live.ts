import { z } from 'zod';
import { Count, Severity } from './basics.ts';

/** Numbers for the top of the wall. */
export const Summary = z.object({
  devices: Count,
  activeAlarms: z.record(Severity, Count),
  unacknowledged: Count,
  openCases: Count,
  /** Worst active severity by grid. */
  grids: z.array(z.object({ gridId: z.string(), worst: Severity, alarms: Count })),
});
export type Summary = z.infer<typeof Summary>;

/**
 * One line of the live feed (`GET /api/v1/feed`, server-sent events; the event id is `seq`). A client that was away too
 * long gets an event named `reset` instead of what it missed: it reads everything again. An event of kind `system` has
 * no id: it says what is wrong with Tocsin itself (`SystemNow`), whenever that changes, and at the beginning of a
 * connection if anything is: until then nothing is.
 */
export const FeedEvent = z.object({
  seq: Count,
  kind: z.enum(['alarm', 'case', 'notice', 'device', 'system']),
  ref: z.string(),
  gridId: z.string().nullable(),
  /** The object as it is now, in the shape of its own route; null when it is gone. */
  data: z.unknown(),
});
export type FeedEvent = z.infer<typeof FeedEvent>;
