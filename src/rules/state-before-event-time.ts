import type { LogState } from './channel-log.ts';
import type { DeviceState, Underway } from './device-state.ts';
import { packTimes } from './packed-times.ts';

/** A device's state as checkpoints had it before the past was kept for late samples (0.1.0). */
interface StateBefore {
  heard: number;
  channels: Record<string, [value: number, at: number]>;
  /** By channel, span and gap, joined by strokes. */
  windows: Record<string, { times: number[]; values: number[] }>;
  rules: Record<string, { episode: Underway | null }>;
  silence: Record<string, Underway>;
  orphans?: Record<string, Underway>;
}

/**
 * A checkpoint's state of a device in the shape of now. From the older one alarms under way go on, and what its windows
 * had seen, so that a rain of three hours is still known after an update; holds begin anew.
 */
export function currentState(state: DeviceState | object): DeviceState {
  if (!('windows' in state)) return state as DeviceState;
  const { heard, channels, windows, rules, silence, orphans } = state as StateBefore;
  const logs: DeviceState['logs'] = {};
  for (const [name, [value, at]] of Object.entries(channels)) logs[name] = { times: [at], values: [value] };
  for (const [key, { times, values }] of Object.entries(windows)) {
    const name = key.split('/')[0]!;
    if (times.length > (logs[name]?.values.length ?? 0)) logs[name] = logOf(times, values);
  }
  const head = Math.max(...Object.values(channels).map(([, at]) => at));
  return {
    heard,
    head: Number.isFinite(head) ? head : null,
    logs,
    rules: Object.fromEntries(Object.entries(rules).map(([id, { episode }]) => [id, episode ? { episode } : {}])),
    episodes: [],
    silence,
    ...(orphans && { orphans }),
  };
}

function logOf(times: readonly number[], values: readonly number[]): LogState {
  return { times: packTimes(times), values: [...values] };
}
