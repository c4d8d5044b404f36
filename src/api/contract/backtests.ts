import { z } from 'zod';
import { backtestStates } from '../../model/backtest-request.ts';
import { Count, Severity, Text, Time } from './basics.ts';

/** Rules to be tried on what has been kept; nobody is called, and nothing is changed. */
export const NewBacktest = z.object({
  deviceType: z.string(),
  /** Rules as in a `rules.yaml`, or one of its entries; left out: those in force. */
  rules: z.string().max(100_000).optional(),
  /** `current` also says how the alarms differ from those of the rules in force. */
  against: z.enum(['current', 'nothing']).default('current'),
  /** Devices of the type, or an area with all below; left out: all of the type. */
  deviceIds: z.array(z.string()).min(1).optional(),
  areaId: z.string().optional(),
  /** Measured time, inclusive and exclusive. Readings before `from` let the rules warm up. */
  from: Time,
  to: Time,
});
export type NewBacktest = z.input<typeof NewBacktest>;

/** An alarm as rules that are tried tell it, in measured time. */
export const TrialAlarm = z.object({
  rule: z.string(),
  device: z.string(),
  raised: z.number(),
  /** Null: active at the end. */
  cleared: z.number().nullable(),
  peak: Severity,
  count: Count,
  path: z.array(z.object({ at: z.number(), severity: Severity })),
});
export type TrialAlarm = z.infer<typeof TrialAlarm>;

const RuleAlarms = z.array(z.object({ rule: z.string(), alarms: Count }));

const TrialDifference = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('added'), rule: z.string(), device: z.string(), now: TrialAlarm }),
  z.object({ kind: z.literal('removed'), rule: z.string(), device: z.string(), before: TrialAlarm }),
  z.object({ kind: z.literal('changed'), rule: z.string(), device: z.string(), before: TrialAlarm, now: TrialAlarm }),
]);

/** A rule that is tried out beside the live one. */
export const ShadowComparison = z.object({
  ruleId: z.string(),
  /** From when on both are compared. */
  since: Time,
  /** The versions that are tried out, each at its place. */
  versions: z.array(Count),
  devices: Count,
  /** Alarms of both that are the same, and those that went otherwise. */
  agree: Count,
  otherwise: Count,
  onlyLive: Count,
  onlyShadow: Count,
  /** What differs, the newest first: `before` is the live alarm, `now` the one of the rule that is tried out. */
  alarms: z.array(TrialDifference),
});
export type ShadowComparison = z.infer<typeof ShadowComparison>;

export const BacktestResult = z.object({
  /** Measured times of the first and the last sample. */
  first: z.number().nullable(),
  last: z.number().nullable(),
  ledger: z.array(TrialAlarm),
  counts: z.object({
    samples: Count,
    readings: Count,
    devices: Count,
    stale: Count,
    alarms: Count,
    byRule: z.record(z.string(), Count),
  }),
  difference: z
    .object({
      same: Count,
      added: Count,
      removed: Count,
      changed: Count,
      alarms: z.array(TrialDifference),
      rulesAdded: RuleAlarms,
      rulesMissing: RuleAlarms,
    })
    .nullable(),
  /** Alarms that are counted, but too many to be listed. */
  more: Count,
  /** Readings before were kept as means of five minutes only; null: none were. */
  coarseBefore: Time.nullable(),
  /** What to know before trusting it, such as rules about which these readings can say little. */
  notes: z.array(Text),
});
export type BacktestResult = z.infer<typeof BacktestResult>;

export const Backtest = z.object({
  id: Count,
  deviceType: z.string(),
  rules: z.string().nullable(),
  againstCurrent: z.boolean(),
  deviceIds: z.array(z.string()),
  from: Time,
  to: Time,
  requestedAt: Time,
  byPersonId: z.string(),
  state: z.enum(backtestStates),
  progress: z.number().describe('share of the readings that were judged, 0 to 1'),
  finishedAt: Time.nullable(),
  result: BacktestResult.nullable(),
  error: Text.nullable().describe('why it failed'),
});
export type Backtest = z.infer<typeof Backtest>;
