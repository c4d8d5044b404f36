import type { BaselineView } from '../../baseline/baseline.ts';
import type { WindowMemory } from '../windows/memory.ts';
import type { Comparison } from './operators.ts';
import type { PeerQuestion, Surroundings } from './surroundings.ts';

/** What the expressions of a rule may look at, at one sample of one device. */
export interface RuleContext {
  /** Its readings, the newest one and those before. */
  past: WindowMemory;
  /** Measured time of the sample, milliseconds since the epoch. */
  readonly now: number;
  /** What the rule being judged remembers; `judgeRule` puts it there. Finite numbers only, see `MemoryCell`. */
  memory: readonly number[];
  /** What is known around the device from elsewhere. */
  around: Surroundings;
  /** What is normal for the channel now; null until the baseline has learnt enough. */
  baseline(channel: number): BaselineView | null;
}

/**
 * What a window over one channel says of a device, in the channel's unit; NaN where there is not enough evidence. What is
 * usual or extreme needs readings over the whole span without a gap, what changes over at least half of it.
 */
export interface RuleWindow {
  /** The longest distance between two readings over which something counts as held, milliseconds. */
  readonly maxGapMs: number;
  /** What the answer to a question goes by is kept from the beginning: to be called when a rule is compiled. */
  keepFor(question: WindowQuestion): void;
  /** Mean over time. */
  avg(past: WindowMemory): number;
  min(past: WindowMemory): number;
  max(past: WindowMemory): number;
  /**
   * Sum of the readings up to a time that is not before the newest: increments such as rain per report. A gap counts as
   * nothing; when nothing has come at all, and not for longer than a gap may be, it is not known.
   */
  sum(past: WindowMemory, now: number): number;
  /** Whether the readings reach back over the whole span before such a time without a gap. */
  isWhole(past: WindowMemory, now: number): boolean;
  /** Their number, up to a time that is not before the newest. */
  count(past: WindowMemory, now: number): number;
  /** Change from the oldest reading to the newest. */
  delta(past: WindowMemory): number;
  /** The same per second. */
  rate(past: WindowMemory): number;
  /** Change per second of the straight line that fits the readings best. */
  slope(past: WindowMemory): number;
  /** Share of the readings' variance that this line explains, 0 to 1: its coefficient of determination. */
  fit(past: WindowMemory): number;
  /**
   * The value below which a share of the readings lies.
   * @param share 0 to 1.
   */
  percentile(past: WindowMemory, share: number): number;
  /** No reading of it is less, and none is greater; NaN where there is none. Known with hardly any work. */
  low(past: WindowMemory): number;
  high(past: WindowMemory): number;
  /** There are no more readings. */
  most(past: WindowMemory): number;
  /** The oldest and the newest reading of a change lie at least so far apart, milliseconds; not above 0: not known. */
  readonly leastApartMs: number;
}

export type WindowQuestion = Exclude<
  keyof RuleWindow,
  'keepFor' | 'maxGapMs' | 'isWhole' | 'low' | 'high' | 'most' | 'leastApartMs'
>;

/**
 * A compiled expression. Booleans are 1, 0 or NaN for "not known": a channel that has never come, or not for longer
 * than the rule's gap, is not known, and neither is what depends on it (Kleene's three-valued logic).
 */
export type Evaluate = (context: RuleContext) => number;

/** One test of a condition, kept so that a judgement can be explained: what lies between its `&&`, `||` and `!`. */
export interface ConditionPart {
  /** As it stands in the rule, for example `level >= 27 cm`. */
  source: string;
  /** 1, 0 or NaN. */
  evaluate: Evaluate;
  /** What is compared, for parts such as `rate(level, 10 min) > 30 cm/h`; null for others, such as `fan`. */
  compared: Compared | null;
  /** How many `||` stand before it: what has the same number is joined by `&&`. */
  branch: number;
  /** What it asks of other devices. */
  asks: readonly PeerQuestion[];
}

/** The two sides of a comparison, in one unit, so that it can be told as "level >= 27 cm: 24.1 cm". */
export interface Compared {
  /** The left side as it stands in the rule, for example `rate(level, 10 min)`. */
  source: string;
  value: Evaluate;
  limit: Evaluate;
  /** Unit of both, as people write it; empty for plain numbers, times of day and what else has none. */
  unit: string;
  operator: Comparison;
  /** Index of the channel that the left side is, or whose usual or extreme value over a time; null for all else. */
  channel: number | null;
  /** The limit in `unit` where it is the same at all times and places. */
  constant: number | null;
  /** Whether it is the same at all times for one device, so that `limit` needs nothing but what is around it. */
  fixed: boolean;
}

/** A condition that is ready to be judged. */
export interface CompiledCondition {
  source: string;
  evaluate: Evaluate;
  /** Whether it may be true, told with less work than `evaluate`: 1, or else it is not; null where nothing is less. */
  may: Evaluate | null;
  parts: readonly ConditionPart[];
}

/**
 * Something that a rule remembers from sample to sample beside holds and levels, such as the reading before the newest.
 * It lives in the rule's state, as `size` finite numbers from its offset on: JSON has neither NaN nor infinity.
 */
export interface MemoryCell {
  /** Names what it remembers: two cells of one name are one. */
  key: string;
  initial: readonly number[];
  /**
   * Takes in a sample before the rule is judged.
   * @param course how far an alarm of the rule has come.
   */
  step(context: RuleContext, memory: number[], offset: number, course: AlarmCourse): void;
}

/** No alarm is under way; one is; one is, and the rule is armed again for another wave. */
export const alarmCourse = { none: 0, on: 1, armed: 2 } as const;
export type AlarmCourse = (typeof alarmCourse)[keyof typeof alarmCourse];
