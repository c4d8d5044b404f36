import type { Device } from '../../model/device.ts';
import type { RulesOfTime } from '../../rules/rules-of.ts';
import { warmUpMs } from '../../rules/warm-up.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { type ReplayedDevice, replayedDevices } from '../../store/replays.ts';
import type { Row } from '../../store/schema.ts';
import { selectIn } from '../../store/select-in.ts';

/** A device whose frames are judged again. */
export interface JudgedDevice {
  device: Device;
  /** From when on its frames are taken in, received time: some time before `since`, for the rules to warm up. */
  startAt: number;
  /** From when on its alarms are compared, received time. */
  since: number;
}

export interface Plan {
  /** Every device whose frames are decoded again, by id. */
  devices: Map<string, Device>;
  /** Those that are judged: one that is disabled has no alarms. */
  judged: Map<string, JudgedDevice>;
  /** The first received time that anything is needed from. */
  startAt: number;
  since: number;
}

/**
 * What a replay has to read. A device that was made or switched on again later than asked for begins there: before, it
 * was not judged, and then its rules began anew.
 */
export async function planOf(
  db: StoreOrTransaction,
  replay: Pick<Row<'replay'>, 'fromAt' | 'deviceId' | 'deviceType'>,
  rules: RulesOfTime,
): Promise<Plan> {
  const rows = await replayedDevices(db, replay);
  const active = rows.filter((row) => row.state === 'active' && rules.rulesOf(row) !== undefined);
  const then = rules.asOf(replay.fromAt);
  const begins = await switchedOn(db, active);
  const judged = active.map(({ createdAt, ...device }): JudgedDevice => {
    const begin = Math.max(createdAt, begins.get(device.id) ?? 0);
    const warmUp = Math.max(...[rules.rulesOf, then].map((rulesOf) => warmUpMs(rulesOf(device)!)));
    return { device, startAt: Math.max(replay.fromAt - warmUp, begin), since: Math.max(replay.fromAt, begin) };
  });
  return {
    devices: new Map(rows.map(({ createdAt: _, ...device }) => [device.id, device])),
    judged: new Map(judged.map((one) => [one.device.id, one])),
    startAt: judged.reduce((least, one) => Math.min(least, one.startAt), replay.fromAt),
    since: replay.fromAt,
  };
}

/**
 * The plan with a journal that begins later than it wants to read: rules have to warm up from there, and what the record
 * knows of the time before cannot be held against anything.
 * @param beginsAt when its first entry came in
 */
export function withJournalFrom(plan: Plan, beginsAt: number): Plan {
  const judged = [...plan.judged].map(([id, one]): [string, JudgedDevice] => {
    if (one.startAt >= beginsAt) return [id, one];
    const warmUp = one.since - one.startAt;
    return [id, { ...one, startAt: beginsAt, since: Math.max(one.since, beginsAt + warmUp) }];
  });
  return { ...plan, startAt: Math.max(plan.startAt, beginsAt), judged: new Map(judged) };
}

/** When devices were last switched on by someone, milliseconds since the epoch. */
async function switchedOn(db: StoreOrTransaction, devices: readonly ReplayedDevice[]): Promise<Map<string, number>> {
  const subjects = devices.map(({ id }) => `device/${id}`);
  const deeds = await selectIn(db, 'audit', 'subject', subjects);
  const times = new Map<string, number>();
  for (const { action, subject, at, detailJson } of deeds) {
    if (action !== 'device.changed' || (JSON.parse(detailJson) as { state?: string }).state !== 'active') continue;
    const id = subject.slice('device/'.length);
    times.set(id, Math.max(times.get(id) ?? 0, at));
  }
  return times;
}
