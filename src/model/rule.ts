import type { Severity } from './severity.ts';
import type { Text } from './text.ts';

/** A rule as it stands in a device type's `rules.yaml`, durations already in milliseconds. */
export interface Rule {
  /** `{device type}/{name}`, for example `flood-gauge/waterlogging`. */
  id: string;
  deviceType: string;
  name: Text;
  /** What the person should do. */
  advice: Text;
  /** Standard, regulation or measurement that the numbers come from. */
  source: Text;
  /** From least to most severe; a rule with one severity has one level. Empty for a rule of silence. */
  levels: RuleLevel[];
  /** For a rule of silence: raised when nothing came from the device for so long, received time. */
  silentForMs: number | null;
  /** Severity of a rule of silence; of any other rule the highest level's. */
  severity: Severity;
  /**
   * Longest distance between two readings over which a condition still counts as held. After a longer one a hold
   * starts again: bad for ten minutes needs evidence for ten minutes.
   */
  maxGapMs: number;
  /** What a longer gap does to a hold that is under way: `restart` it, or `freeze` it and go on afterwards. */
  onGap: 'restart' | 'freeze';
}

/** One severity of a rule: when it begins and when it is over. */
export interface RuleLevel {
  severity: Severity;
  /** Condition, for example `level > 27 cm && rate(level, 10 min) > 0 cm/h`. */
  when: string;
  /** How long `when` must hold, measured time; 0 for at once. */
  forMs: number;
  /** Own clear condition; without one the level is over when `when` is false. */
  clear: string | null;
  /** How long the clear condition must hold. */
  clearForMs: number;
}
