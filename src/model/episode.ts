import type { AlarmFacts } from './alarm.ts';

/** An alarm from beginning to end, as the rules tell it. */
export interface Episode extends AlarmFacts {
  alarmId: string;
  ruleId: string;
  /** The version of the rule that raised it; absent where rules have none. */
  ruleVersion?: number;
  deviceId: string;
  /** Its rule looks at what is about somebody's life. */
  lifeSafety?: true;
  /** The beginning that gave it its id, where it turned out to have begun at another moment. */
  namedAt?: number;
  /** When we could know that it began, received time. */
  raisedReceivedAt: number;
  /** When the newest sample that speaks for it was measured, and when it came. */
  speaksAt: number;
  evidenceAt: number;
  /** Measured time of the newest sample; -Infinity when none was seen. */
  lastAt: number;
  values: Record<string, number>;
  /** It had begun before anything was looked at: its count and its beginning are the record's, not found anew. */
  taken: boolean;
}

/**
 * A late sample was put in its place and what came after it was judged again, with another result than was told before.
 * It says what the alarms concerned are now, from their beginning.
 */
export interface Rejudged {
  kind: 'rejudged';
  deviceId: string;
  /** When the late sample was measured and when it came, milliseconds since the epoch. */
  at: number;
  receivedAt: number;
  /** Alarms that are new, or went otherwise than was told. */
  found: Episode[];
  /** Ids of alarms that there never were. */
  gone: string[];
}
