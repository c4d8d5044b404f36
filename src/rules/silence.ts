import type { AlarmEffect, AlarmEndReason } from '../model/alarm.ts';
import { alarmId } from './alarm-id.ts';
import { type SilenceRule, versionOf } from './compile.ts';
import { type DeviceState, endOf, type Underway } from './device-state.ts';
import type { Audible } from './gateways.ts';
import { Heard } from './heard.ts';

const nothingSaid = {};

/** Judges the silence of one device and of its channels, in listening time; see `Fold`. */
export class Silence {
  readonly #rules: readonly SilenceRule[];
  readonly #heard: Heard;
  /** By index of the rule; null when there is none, as nearly always. */
  #alarms: (Underway | null)[] | null = null;
  /** Null: it was never told to be silent. */
  #backAt: number | null = null;

  /**
   * @param cells of the device, see `devicePlaces`.
   * @param listened listening time now.
   */
  constructor(rules: readonly SilenceRule[], cells: number[], listened: number) {
    this.#rules = rules;
    this.#heard = new Heard(rules, cells, listened);
  }

  /** A sample with these values came. */
  hear(values: Readonly<Record<string, number>>, listened: number): void {
    this.#heard.hear(values, listened);
  }

  /** Listening time at which the device was last heard. */
  get heardAt(): number {
    return this.#heard.device;
  }

  /** Listening time at which the device was last heard again after it was told to be silent. */
  get backAt(): number {
    return this.#backAt ?? Number.NEGATIVE_INFINITY;
  }

  /** Something came through the device: it is heard, whatever it may have said itself. @returns whether that is news. */
  hearThrough(listened: number, receivedAt: number, effects: AlarmEffect[]): boolean {
    // A state that is ahead of the journal after a restart knows of it already.
    if (listened <= this.heardAt) return false;
    this.hear(nothingSaid, listened);
    this.end(receivedAt, effects, undefined, listened);
    return true;
  }

  /** Silence counts from now on: before, nobody listened to this device. */
  listenFrom(listened: number): void {
    this.#heard.listenFrom(listened);
  }

  /** Ends the alarms; with `heardAt` those only whose device or channels were heard then. */
  end(receivedAt: number, effects: AlarmEffect[], endedBy?: AlarmEndReason, heardAt?: number): void {
    const alarms = this.#alarms;
    if (alarms === null) return;
    for (let i = 0; i < alarms.length; i++) {
      const episode = alarms[i];
      if (!episode || (heardAt !== undefined && this.#heard.of(i) !== heardAt)) continue;
      alarms[i] = null;
      if (heardAt !== undefined && this.#rules[i]!.channels === null) this.#backAt = heardAt;
      effects.push(endOf(episode, receivedAt, endedBy));
    }
    if (alarms.every((episode) => episode === null)) this.#alarms = null;
  }

  /**
   * Judges at a tick.
   * @returns whether anything changed.
   */
  judge(deviceId: string, { from, to }: Audible, at: number, effects: AlarmEffect[]): boolean {
    let changed = false;
    this.#rules.forEach((rule, i) => {
      if (this.#alarms?.[i] || to - Math.max(from, this.#heard.of(i)) < this.#heard.allowed(rule)) return;
      const { severity } = rule;
      const id = alarmId(rule.id, deviceId, at);
      this.#alarms ??= this.#rules.map(() => null);
      this.#alarms[i] = { id, severity, count: 1 };
      const times = { at, receivedAt: at };
      const about = { alarmId: id, ruleId: rule.id, deviceId, severity, values: {} };
      effects.push({ kind: 'raised', ...about, ...times, ...versionOf(rule) });
      changed = true;
    });
    return changed;
  }

  /** What a checkpoint keeps of it. */
  state(): Pick<DeviceState, 'heard' | 'back' | 'quiet' | 'rhythm' | 'silence'> {
    const silence: Record<string, Underway> = {};
    this.#rules.forEach(({ id }, i) => {
      const episode = this.#alarms?.[i];
      if (episode) silence[id] = episode;
    });
    const back = this.#backAt === null ? {} : { back: this.#backAt };
    return { heard: this.#heard.device, ...back, ...this.#heard.state(), silence };
  }

  restore({ heard, back, quiet, rhythm, silence }: DeviceState): void {
    this.#backAt = back ?? null;
    this.#heard.restore(heard, quiet, rhythm);
    const alarms = this.#rules.map(({ id }) => silence[id] ?? null);
    this.#alarms = alarms.some((episode) => episode !== null) ? alarms : null;
  }
}
