import { z } from 'zod';
import { TrialAlarm } from './backtests.ts';
import { Count, Severity, Text, Time } from './basics.ts';

const ExplainedCondition = z.object({
  source: z.string(),
  /** Null: it was not known. */
  holds: z.boolean().nullable(),
  parts: z.array(
    z.object({
      source: z.string(),
      holds: z.boolean().nullable(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
      unit: z.string(),
      /** Where it is not known: the gap that a window of it still looks over. */
      gap: z.object({ from: z.number(), to: z.number() }).nullable(),
      /** Where it asks other devices and is not known: those that said too little. */
      lacking: z.array(z.string()).readonly(),
    }),
  ),
  /** For how long it had held, of how long; milliseconds. */
  heldMs: z.number().nullable(),
  neededMs: z.number(),
  gap: z.object({ from: z.number(), to: z.number(), heldMs: z.number() }).nullable(),
  before: z.object({ heldMs: z.number(), until: z.number() }).nullable(),
});

/** Why a rule had, or had not, raised an alarm of a device at a moment. */
export const Explanation = z.object({
  rule: z.string(),
  device: z.string(),
  at: Time,
  alarm: TrialAlarm.nullable(),
  lastAt: z.number().nullable(),
  /** Further than this from `lastAt` nothing is judged, and levels are as they were then; null for a rule of silence. */
  maxGapMs: z.number().nullable(),
  /** For an alarm that the rule keeps in sight (`minActive`): when it can be over at the earliest. */
  lastsUntil: Time.nullable(),
  /** For a rule with `onGap: fault`: since when an alarm had said then that its readings stay away. */
  faultSince: Time.nullable(),
  silence: z.object({ heardAt: z.number().nullable(), silentForMs: z.number() }).nullable(),
  /** For a rule that was switched off there: since when, and by which version. */
  off: z.object({ since: Time, version: Count }).nullable(),
  levels: z.array(
    z.object({
      severity: Severity,
      active: z.boolean(),
      when: ExplainedCondition,
      clear: ExplainedCondition.nullable(),
      /** Whether it ends by a condition of its own, and not when `when` no longer holds. */
      ownClear: z.boolean(),
      /** For a level that begins by several readings, repeats or steps: how far it has come. */
      counted: z
        .object({
          kind: z.enum(['readings', 'times', 'steps']),
          have: Count,
          needed: Count,
          of: Count.nullable(),
          withinMs: z.number().nullable(),
          next: z.string().nullable(),
          held: z.object({ heldMs: z.number(), neededMs: z.number() }).nullable(),
          /** When steps that were done came to nothing, and by which `unless`; by null: the next one was not in time. */
          brokenOff: z.object({ at: Time, by: z.string().nullable() }).nullable(),
        })
        .nullable(),
      /** For a level that is over while the alarm still has its severity: how long it has been, of how long. */
      stepsDown: z.object({ heldMs: z.number(), neededMs: z.number() }).nullable(),
      text: Text,
    }),
  ),
  /** For an alarm of a rule with `rearm`: since when it was armed again, and what it waits for. */
  rearm: z
    .object({
      armedAt: Time.nullable(),
      condition: ExplainedCondition.nullable(),
      /** Whether a new wave has been there for long enough, and only the condition of a level is missing. */
      wantsLevel: z.boolean(),
    })
    .nullable(),
  text: Text,
});
export type Explanation = z.infer<typeof Explanation>;
