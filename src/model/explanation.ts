import type { TrialAlarm } from './backtest.ts';
import type { Severity } from './severity.ts';
import type { Text } from './text.ts';

/** One test of a condition, as it was at the last sample. */
export interface ExplainedPart {
  /** As it stands in the rule, for example `level >= 27 cm`. */
  source: string;
  /** Null: it was not known. */
  holds: boolean | null;
  /** Both sides of a comparison, in `unit`; null when nothing is compared, or it is not known. */
  value: number | null;
  limit: number | null;
  unit: string;
  /** Where it is not known: the gap that a window of it still looks over; null: there is none. */
  gap: { from: number; to: number } | null;
  /** Where it asks other devices and is not known: ids of those that said too little. */
  lacking: readonly string[];
}

/** A condition and how long it had held, by evidence. */
export interface ExplainedCondition {
  source: string;
  holds: boolean | null;
  parts: ExplainedPart[];
  /** For how long it had held, milliseconds; null: it did not. */
  heldMs: number | null;
  /** For how long it has to, milliseconds; 0: at once. */
  neededMs: number;
  /** The last time between two samples that was too long to count as held, and how long it had held before. */
  gap: { from: number; to: number; heldMs: number } | null;
  /** When it was last true before, for how long, and until when. */
  before: { heldMs: number; until: number } | null;
}

/** What a level counts before it begins: readings of the last ones, times within a span, or steps of a sequence. */
export interface ExplainedCount {
  kind: 'readings' | 'times' | 'steps';
  have: number;
  needed: number;
  /** Of how many readings. */
  of: number | null;
  /** Within which time, milliseconds. */
  withinMs: number | null;
  /** The step that is waited for, and how long it has held of the time for which it has to, milliseconds. */
  next: string | null;
  held: { heldMs: number; neededMs: number } | null;
  /** When steps that were done came to nothing, and by which `unless`; by null: the next one was not done in time. */
  brokenOff: { at: number; by: string | null } | null;
}

export interface ExplainedLevel {
  severity: Severity;
  /** Whether the alarm had this severity, or a higher one. */
  active: boolean;
  when: ExplainedCondition;
  /** How far it is from being over, while it is active; its condition is the opposite of `when` where it has none. */
  clear: ExplainedCondition | null;
  /** Whether it ends by a condition of its own, and not when `when` no longer holds. */
  ownClear: boolean;
  /**
   * For a level that begins by several readings, repeats or steps: how far it has come; in alarm, for one that ends when
   * such readings are too few, or by a condition of its own after steps. Null otherwise.
   */
  counted: ExplainedCount | null;
  /**
   * For a level that is over while the alarm still has its severity (`stepDownAfter`): how long it has been, of how long
   * that has to be, milliseconds.
   */
  stepsDown: { heldMs: number; neededMs: number } | null;
  text: Text;
}

/** How far an alarm is from another one of its own, by a new wave (`rearm`). */
export interface ExplainedRearm {
  /** Since when the rule was armed again; null: it was not yet. */
  armedAt: number | null;
  /**
   * What would arm it; once it is armed, what is a new wave. Without parts where it was not judged yet; null: a level
   * that begins anew is, and none was false since.
   */
  condition: ExplainedCondition | null;
  /** Whether the new wave has been there for long enough, and only the condition of a level is missing. */
  wantsLevel: boolean;
}

/** Why a rule had, or had not, raised an alarm of a device at a moment. Times in milliseconds since the epoch. */
export interface Explanation {
  rule: string;
  device: string;
  at: number;
  /** The alarm that was active then; null: none was. */
  alarm: TrialAlarm | null;
  /** The last sample before that the rule was judged by, measured time; null: none came. */
  lastAt: number | null;
  /**
   * The longest distance between two readings over which something counts as held, milliseconds; null for a rule of
   * silence. Further than this from `lastAt` nothing is judged, and levels are as they were then.
   */
  maxGapMs: number | null;
  /** For an alarm that the rule keeps in sight (`minActive`): when it can be over at the earliest; null: at any time. */
  lastsUntil: number | null;
  /** For a rule with `onGap: fault`: since when an alarm had said then that its readings stay away; null: none did. */
  faultSince: number | null;
  /** For a rule of silence: how long nothing has come, and how long that may be. Milliseconds. */
  silence: { heardAt: number | null; silentForMs: number } | null;
  /** For a rule that was switched off there: since when, and by which version; nothing else is known then. */
  off: { since: number; version: number } | null;
  levels: ExplainedLevel[];
  /** Null: there was no alarm, or the rule has no `rearm`. */
  rearm: ExplainedRearm | null;
  /** All of it in a few sentences. */
  text: Text;
}
