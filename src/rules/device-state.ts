import type { AlarmEffect, AlarmEndReason } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import type { Severity } from '../model/severity.ts';
import type { LogState } from './channel-log.ts';
import type { SnapshotState } from './horizon.ts';

/** A device's state without its baselines, as it is kept in a checkpoint; rules, windows and channels by name. */
export interface DeviceState {
  /** Listening time at which the device was last heard. */
  heard: number;
  /** The same of when it was last back after it was told to be silent; absent where it never was. */
  back?: number;
  /** For how long before that the channels of rules of silence were last heard, by rule; see `Heard`. */
  quiet?: Record<string, number>;
  /** The last distances between its reports, where a rule asks how often it reports; see `Rhythm`. */
  rhythm?: number[];
  /** Measured time of its newest sample; null when there is none. */
  head: number | null;
  /** When it was last judged because of other devices, where that is after its newest sample. */
  judgedAt?: number;
  /** Since when it is to be judged again, because of what its neighbours say; see `Fold`. */
  again?: number;
  /** What its channels measured, as far back as rules look. */
  logs: Record<string, LogState>;
  rules: Record<string, KeptRule>;
  /** Alarms that a late sample can still change. */
  episodes: Episode[];
  silence: Record<string, Underway>;
  /** Alarms of rules that are no more, by rule, until the next tick ends them. */
  orphans?: Record<string, Underway>;
  /** What was known before, for late samples; absent where nothing is to be judged again. */
  past?: { snapshots: SnapshotState[]; samples: number; layout: string };
}

/** An alarm under way. */
export interface Underway {
  id: string;
  severity: Severity;
  count: number;
}

/** What a rule knows of a device, and which text it was judged by. */
export interface KeptRule {
  print?: string;
  /** Its cells that are not as at the beginning, counted from its first; see `packCells`. Absent: all are. */
  cells?: readonly number[];
  /** Absent, and null in earlier checkpoints, where there is none. */
  episode?: Underway | null;
}

/** Ends the alarms of a checkpoint's state, whose device is no longer in use. */
export function endStored(state: DeviceState, at: number, effects: AlarmEffect[]): void {
  for (const [, episode] of episodesOf(state)) effects.push(endOf(episode, at, 'device-off'));
}

/** Every episode under way, with its rule. */
export function episodesOf({ rules, silence, orphans = {} }: DeviceState): [ruleId: string, episode: Underway][] {
  const judged = Object.entries(rules).flatMap(([id, { episode }]): [string, Underway][] =>
    episode ? [[id, episode]] : [],
  );
  return [...judged, ...Object.entries(silence), ...Object.entries(orphans)];
}

/** The end of an alarm; of one that no measurement ends, with the reason. */
export function endOf(episode: Underway, at: number, endedBy?: AlarmEndReason): AlarmEffect {
  const end: AlarmEffect = { kind: 'cleared', alarmId: episode.id, at, receivedAt: at, values: {} };
  return endedBy ? { ...end, endedBy } : end;
}
