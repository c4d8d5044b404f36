import type { RecordedAlarm } from '../../alarms/recorded.ts';
import { type DecodeLimits, decode } from '../../devices/decode.ts';
import { entryTime } from '../../journal/entry-time.ts';
import type { StoredEntry } from '../../journal/port.ts';
import type { AlarmEffect } from '../../model/alarm.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Frame } from '../../model/frame.ts';
import type { Sample } from '../../model/sample.ts';
import type { DeviceState } from '../../rules/device-state.ts';
import { EpisodeCollector } from '../../rules/episodes.ts';
import { deviceKey, Fold } from '../../rules/fold.ts';
import type { AroundOf } from '../../rules/language/surroundings.ts';
import type { RulesOf, RulesOfTime } from '../../rules/rules-of.ts';
import type { JudgedDevice, Plan } from './plan.ts';
import { begunEpisode, seededState } from './seed.ts';

export interface SideFoldOptions {
  plan: Plan;
  rules: RulesOfTime;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  limits: DecodeLimits;
  maxFutureMs: number;
  /** What is known around a device; see `Fold`. */
  aroundOf?: AroundOf;
  /** Alarms of these devices that were not over at the beginning. */
  recorded: readonly RecordedAlarm[];
  /** Offset → what of it is in quarantine. */
  quarantined: ReadonlyMap<number, readonly { id: number; code: string }[]>;
}

/**
 * Judges the frames of some devices again, beside the live fold, with the rules that held then: entries of the journal in,
 * episodes of alarms out. It begins some time before what is asked for, so that holds and windows are what they were,
 * and with the alarms that were active then.
 */
export class SideFold {
  readonly #options: SideFoldOptions;
  readonly #fold: Fold;
  /** As the journal says on the way. */
  #rulesOf: RulesOf;
  readonly #collector = new EpisodeCollector();
  /** By when they begin. */
  readonly #order: JudgedDevice[];
  #expected: Device[] = [];
  #begun = false;
  #frames = 0;
  #stillWrong = 0;
  /** Ids of what in quarantine can be decoded now. */
  readonly #resolved: number[] = [];

  constructor(options: SideFoldOptions) {
    this.#options = options;
    const { plan, rules, recorded } = options;
    this.#rulesOf = rules.asOf(plan.startAt);
    this.#fold = new Fold((device) => this.#rulesOf(device), options.maxFutureMs, options.aroundOf);
    this.#order = [...plan.judged.values()].sort((a, b) => a.startAt - b.startAt);
    const byDevice = Map.groupBy(recorded, ({ row }) => row.deviceId);
    for (const { device, startAt } of this.#order) {
      const type = this.#rulesOf(device)!;
      const begun = (byDevice.get(device.id) ?? []).flatMap((alarm) => begunEpisode(alarm, type, startAt) ?? []);
      for (const episode of begun) this.#collector.begin(episode);
      if (begun.length > 0) this.#fold.restore(deviceKey(device.id), seededState(begun, type));
    }
  }

  /** Frames decoded, frames that still cannot be, and the ids of what in quarantine can be decoded now. */
  get decoded() {
    return { frames: this.#frames, stillWrong: this.#stillWrong, resolved: this.#resolved };
  }

  get episodes() {
    return this.#collector.episodes;
  }

  take(entries: readonly StoredEntry[]): void {
    for (const { offset, entry } of entries) {
      // The journal is read from somewhat before; a clock that was set back later does not end it again.
      this.#begun ||= entryTime(entry) >= this.#options.plan.startAt;
      if (!this.#begun) continue;
      const effects: AlarmEffect[] = [];
      if (entry.kind === 'tick') this.#fold.tick(entry.at, this.#expectedAt(entry.at), effects);
      else if (entry.kind === 'frame') this.#frame(offset, entry.frame, effects);
      else if (entry.kind === 'rules') this.#rulesOf = this.#options.rules.of(entry.version);
      for (const effect of effects) this.#collector.take(effect);
    }
  }

  #expectedAt(at: number): Device[] {
    const next = this.#order[this.#expected.length];
    if (next && next.startAt <= at) {
      const begun = this.#order.findIndex((one) => one.startAt > at);
      this.#expected = this.#order.slice(0, begun < 0 ? undefined : begun).map((one) => one.device);
    }
    return this.#expected;
  }

  #frame(offset: number, frame: Frame, effects: AlarmEffect[]): void {
    const { plan, deviceTypes, limits } = this.#options;
    const device = plan.devices.get(frame.deviceId);
    const type = device && deviceTypes.get(device.type);
    if (!type) return;
    const problems = new Set<string>();
    try {
      const decoded = decode(type, frame, limits);
      for (const { code } of decoded.problems) problems.add(code);
      const judged = plan.judged.get(device.id);
      if (judged && frame.receivedAt >= judged.startAt) this.#judge(device, decoded.samples, effects);
    } catch {
      // A mistake of ours: the engine fails at this frame in the same way, and has said so.
      problems.add('FRAME_FAILED');
    }
    if (frame.receivedAt >= plan.since) this.#count(offset, problems);
  }

  #judge(device: Device, samples: Sample[], effects: AlarmEffect[]): void {
    if (samples.length > 1) samples.sort((one, other) => one.measuredAt - other.measuredAt);
    this.#fold.samples(device, samples, effects);
  }

  #count(offset: number, problems: ReadonlySet<string>): void {
    this.#frames += 1;
    if (problems.size > 0) this.#stillWrong += 1;
    for (const { id, code } of this.#options.quarantined.get(offset) ?? [])
      if (!problems.has(code)) this.#resolved.push(id);
  }

  /** What is known of a device now, for a live fold that has listened for `listenedMs`; null when it knows nothing. */
  stateFor(device: Device, listenedMs: number): DeviceState | null {
    const state = this.#fold.stateOf(device);
    return state && { ...state, heard: listenedMs - (this.#fold.listenedMs - state.heard) };
  }
}
