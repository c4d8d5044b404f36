import type { RecordedAlarm } from '../../alarms/recorded.ts';
import type { Episode } from '../../model/episode.ts';
import type { CompiledType } from '../../rules/compile.ts';
import type { DeviceState } from '../../rules/device-state.ts';
import { higher } from '../../rules/episodes.ts';

/** The episode of an alarm as it stood at a moment; null when it was not active then, or no rule can go on with it. */
export function begunEpisode(alarm: RecordedAlarm, type: CompiledType, at: number): Episode | null {
  const { row } = alarm;
  const rule = type.rules.find((one) => one.id === row.ruleId);
  const known = rule ? !rule.usesBaseline : type.silence.some((one) => one.id === row.ruleId);
  const over = alarm.clearedAt !== null && alarm.clearedAt <= at;
  if (!known || over || row.correction === 'retracted' || row.raisedReceivedAt >= at) return null;
  const path = alarm.path.filter((step) => step.at <= at);
  const severity = path.at(-1)?.severity ?? alarm.severity;
  return {
    alarmId: row.id,
    ruleId: row.ruleId,
    deviceId: row.deviceId,
    severity,
    peakSeverity: path.reduce((peak, step) => higher(peak, step.severity), severity),
    active: true,
    raisedAt: alarm.raisedAt,
    raisedReceivedAt: row.raisedReceivedAt,
    speaksAt: alarm.raisedAt,
    evidenceAt: row.raisedReceivedAt,
    clearedAt: null,
    count: alarm.count,
    lastAt: Number.NEGATIVE_INFINITY,
    values: {},
    path,
    taken: true,
  };
}

/** A state in which these episodes are under way and nothing else is known: every level up to the severity is active. */
export function seededState(episodes: readonly Episode[], type: CompiledType): DeviceState {
  const state: DeviceState = { heard: 0, head: null, logs: {}, rules: {}, episodes: [], silence: {} };
  for (const begun of episodes) {
    const { alarmId: id, ruleId, severity, count } = begun;
    const episode = { id, severity, count };
    const rule = type.rules.find((one) => one.id === ruleId);
    if (!rule) {
      state.silence[ruleId] = episode;
      continue;
    }
    state.episodes.push(structuredClone(begun));
    // Not of any text: it is taken over as by a rule that was changed.
    state.rules[ruleId] = { episode };
  }
  return state;
}
