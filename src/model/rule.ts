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
  /** For a rule of silence: raised when nothing came for so long, received time. */
  silentForMs: number | null;
  /** Severity of a rule of silence; of any other rule the highest level's. */
  severity: Severity;
  /**
   * Longest distance between two readings over which a condition still counts as held. After a longer one a hold
   * starts again: bad for ten minutes needs evidence for ten minutes.
   */
  maxGapMs: number;
  /**
   * What a longer gap does to a hold that is under way: `restart` it, or `freeze` it and go on afterwards. `fault` is
   * restart, and a rule of silence beside this one says that its readings stay away.
   */
  onGap: 'restart' | 'freeze' | 'fault';
  /** For a rule of silence of some channels: their names; of the device as a whole when absent. */
  silentChannels?: string[];
  /** For a rule of silence: a device that reports more seldom is silent only after so many of its own usual periods. */
  silentUsualPeriods?: number;
  /** Least time in alarm, measured time: it is not over before. */
  minActiveMs?: number;
  /** For how long a lower severity must be the right one before the alarm steps down to it. */
  stepDownAfterMs?: number;
  /** When a new wave within one alarm is an alarm of its own. */
  rearm?: RuleRearm;
  /** Told with the alarm, with values in braces: `{level}`, `{rate(level, 10 min)}`. */
  text?: Text;
}

/** An alarm under way is armed again once `after` is true; then what comes `again` ends it and begins another. */
export interface RuleRearm {
  after: string;
  /** Null: when a level's `when`, not true in between, has held again for its time. */
  again: string | null;
  /** How long `again` must hold. */
  forMs: number;
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
  /** `when` counts as true when it is in this many of the last so many readings. */
  atLeast?: { readings: number; of: number };
  /** `when` and `clear` count only when this many readings in a row say so. */
  confirm?: number;
  /** Begins when `when` has become true this often within a time. */
  repeated?: { times: number; withinMs: number };
  /** Begins when these have happened one after another; `when` is then the condition of the last. */
  sequence?: RuleStep[];
}

/** One step of a sequence. */
export interface RuleStep {
  when: string;
  /** How long it must hold. */
  forMs: number;
  /** What calls the sequence off while this step is waited for. */
  unless: string | null;
  /** How long after the step before was last true this one must be done; null for any time. */
  withinMs: number | null;
}

/** Id of the alarm that a rule with `onGap: fault` raises when its readings stay away. */
export function dataFaultId(ruleId: string): string {
  return `${ruleId}.data`;
}

/** The rule behind that alarm, so that it can be shown as any other; null when the id is not of that kind. */
export function ruleWithDataFault(ruleId: string): string | null {
  return ruleId.endsWith('.data') ? ruleId.slice(0, -'.data'.length) : null;
}

/** What the alarm about a rule's readings is called, and asks for. */
export function dataFaultOf(rule: Rule): Rule {
  return {
    ...rule,
    id: dataFaultId(rule.id),
    name: { zh: `${rule.name.zh}：数据中断`, en: `${rule.name.en}: no data` },
    advice: { zh: '检查该测点的传感器与通信。', en: 'Check the sensor of this channel and its link.' },
    levels: [],
    silentForMs: rule.maxGapMs,
  };
}
