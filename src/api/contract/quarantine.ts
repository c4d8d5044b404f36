import { z } from 'zod';
import { Count, Time } from './basics.ts';

export const QuarantinedFrame = z.object({
  id: Count,
  deviceId: z.string().nullable(),
  topic: z.string(),
  via: z.string(),
  receivedAt: Time,
  code: z.string(),
  reason: z.string(),
  size: Count,
  /** The replay that could decode it; null while nobody could. */
  replayId: Count.nullable(),
});
export type QuarantinedFrame = z.infer<typeof QuarantinedFrame>;

/** How many frames of a device went to quarantine for a reason: all of them, also those that are kept no more. */
export const QuarantineCount = z.object({
  /** Null: of nobody known. */
  deviceId: z.string().nullable(),
  code: z.string(),
  count: Count,
  firstAt: Time,
  lastAt: Time,
  /** The last one's. */
  reason: z.string(),
  /** Of the frames that are kept: those that nobody could decode yet, and those that a replay could. */
  waiting: Count,
  resolved: Count,
});
export type QuarantineCount = z.infer<typeof QuarantineCount>;

/** The payload in base64; cut to its first bytes when `size` is larger. */
export const QuarantinedFrameDetail = QuarantinedFrame.extend({ payload: z.string() });
export type QuarantinedFrameDetail = z.infer<typeof QuarantinedFrameDetail>;
