import { z } from 'zod';
import { replayStates } from '../../model/replay.ts';
import { Count, Time } from './basics.ts';
import { PersonRef } from './people.ts';

/** Of one device or of all of a type: name one of the two. */
export const NewReplay = z.object({
  /** Frames received from then on. */
  from: Time,
  deviceId: z.string().optional(),
  deviceType: z.string().optional(),
  /** Only say what would be corrected. */
  dryRun: z.boolean().default(false),
});
export type NewReplay = z.infer<typeof NewReplay>;

export const Replay = z.object({
  id: Count,
  deviceId: z.string().nullable(),
  deviceType: z.string().nullable(),
  from: Time,
  dryRun: z.boolean(),
  requestedAt: Time,
  /** Null: from the command line. */
  by: PersonRef.nullable(),
  state: z.enum(replayStates),
  /** Entries of the journal that were read for it, of how many; null before that is known. */
  readEntries: Count,
  toRead: Count.nullable(),
  finishedAt: Time.nullable(),
  /** What became of alarms, by number; null before. For a dry run, what would have. */
  judged: z
    .object({
      devices: Count,
      frames: Count,
      stillWrong: Count,
      resolved: Count,
      raisedLate: Count,
      retracted: Count,
      reinstated: Count,
      corrected: Count,
      leftAlone: Count,
      since: Time,
    })
    .nullable(),
  written: z.object({ readings: Count }).nullable(),
  /** Why it was given up, and what to do. */
  error: z.string().nullable(),
});
export type Replay = z.infer<typeof Replay>;
