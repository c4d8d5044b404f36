import type { Episode } from '../../model/episode.ts';
import type { CompiledType } from '../../rules/compile.ts';
import type { DeviceState } from '../../rules/device-state.ts';

/** What the record calls an alarm that is under way, and how many samples it has. */
export interface Known {
  alarmId: string;
  count: number;
}

/**
 * The state to go on with: as it was found anew, under the names of the record. From the live state come the rules that
 * go by the baseline, since what that had learnt then is not known, and channels that did not come for so long that
 * judging again has not met them. What comes late from before it is not judged any more: the record is mended.
 */
export function mergeState(
  found: DeviceState,
  live: DeviceState,
  type: CompiledType,
  known: ReadonlyMap<string, Known>,
): DeviceState {
  const named = <E extends { id: string; count: number }>(episode: E): E => {
    const other = known.get(episode.id);
    return other ? { ...episode, id: other.alarmId, count: other.count } : episode;
  };
  const underRecord = (episode: Episode): Episode => {
    const other = known.get(episode.alarmId);
    return { ...episode, ...other, taken: false };
  };
  const rules: DeviceState['rules'] = {};
  for (const rule of type.rules) {
    const state = rule.usesBaseline ? live.rules[rule.id] : found.rules[rule.id];
    if (state) rules[rule.id] = state.episode ? { ...state, episode: named(state.episode) } : state;
  }
  const silence = Object.fromEntries(Object.entries(found.silence).map(([id, episode]) => [id, named(episode)]));
  const baselineRules = new Set(type.rules.filter((rule) => rule.usesBaseline).map((rule) => rule.id));
  const episodes = [
    ...found.episodes.filter((episode) => !baselineRules.has(episode.ruleId)).map(underRecord),
    ...live.episodes.filter((episode) => baselineRules.has(episode.ruleId)),
  ];
  const { past: _, ...rest } = found;
  // How often it reports is learnt from more than was judged again.
  if (live.rhythm) rest.rhythm = live.rhythm;
  return { ...rest, logs: { ...live.logs, ...found.logs }, rules, episodes, silence };
}
