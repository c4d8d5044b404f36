import type { Alarm, AlarmDetail, DeviceType } from '../../api/contract.ts';

const minute = 60_000;
const hour = 60 * minute;

/**
 * The period that an alarm's chart shows: how it came about and what became of it. An alarm that goes on is shown up
 * to `now`; one that is over with a third of its length, and at least half an hour, behind it.
 * @returns milliseconds since the epoch, on whole minutes so that the same chart is not read again each second.
 */
export function alarmPeriod(alarm: Pick<Alarm, 'raisedAt' | 'clearedAt'>, now: number): { from: number; to: number } {
  const end = alarm.clearedAt ?? now;
  const length = Math.max(0, end - alarm.raisedAt);
  const before = Math.max(hour, Math.min(length, 24 * hour));
  const after = Math.max(30 * minute, length / 3);
  const to = alarm.clearedAt === null ? now : Math.min(now, alarm.clearedAt + after);
  return { from: Math.floor((alarm.raisedAt - before) / minute) * minute, to: Math.ceil(to / minute) * minute };
}

/**
 * The channels that an alarm is about: those its rule looked at, else (a rule of silence) the first two that the
 * device measures.
 */
export function alarmChannels(alarm: Pick<AlarmDetail, 'values'>, type: DeviceType | undefined): string[] {
  const known = type?.channels ?? [];
  const looked = known.filter((channel) => channel.name in alarm.values).map((channel) => channel.name);
  if (looked.length > 0) return looked;
  return known
    .filter((channel) => channel.kind === 'number')
    .slice(0, 2)
    .map((channel) => channel.name);
}
