import type { AlarmEffect, AlarmEndReason } from '../model/alarm.ts';
import { alarmId } from './alarm-id.ts';
import { type SilenceRule, versionOf } from './compile.ts';
import { type DeviceState, endOf, type Underway } from './device-state.ts';
import type { Audible } from './gateways.ts';
import { Heard } from './heard.ts';

const nothingSaid = {};

/** Judges the silence of one device and of its channels, in listening time; see `Fold`. */
export class Silence {
  readonly #deviceId: string;
  readonly #rules: readonly SilenceRule[];
  readonly #heard: Heard;
  /** By index of the rule. */
  readonly #alarms: (Underway | null)[];
  /** Whether there is one: nearly never. */
  #any = false;
  #backAt = Number.NEGATIVE_INFINITY;

  constructor(deviceId: string, rules: readonly SilenceRule[], listened: number) {
    this.#deviceId = deviceId;
    this.#rules = rules;
    this.#heard = new Heard(rules, listened);
    this.#alarms = rules.map(() => null);
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
    return this.#backAt;
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
    if (!this.#any) return;
    for (let i = 0; i < this.#alarms.length; i++) {
      const episode = this.#alarms[i];
      if (!episode || (heardAt !== undefined && this.#heard.of(i) !== heardAt)) continue;
      this.#alarms[i] = null;
      if (heardAt !== undefined && this.#rules[i]!.channels === null) this.#backAt = heardAt;
      effects.push(endOf(episode, receivedAt, endedBy));
    }
    this.#any = this.#alarms.some((episode) => episode !== null);
  }

  /**
   * Judges at a tick.
   * @returns whether anything changed.
   */
  judge({ from, to }: Audible, at: number, effects: AlarmEffect[]): boolean {
    let changed = false;
    this.#rules.forEach((rule, i) => {
      if (this.#alarms[i] || to - Math.max(from, this.#heard.of(i)) < this.#heard.allowed(rule)) return;
      const { severity } = rule;
      const id = alarmId(rule.id, this.#deviceId, at);
      this.#alarms[i] = { id, severity, count: 1 };
      this.#any = true;
      const times = { at, receivedAt: at };
      const about = { alarmId: id, ruleId: rule.id, deviceId: this.#deviceId, severity, values: {} };
      effects.push({ kind: 'raised', ...about, ...times, ...versionOf(rule) });
      changed = true;
    });
    return changed;
  }

  /** What a checkpoint keeps of it. */
  state(): Pick<DeviceState, 'heard' | 'back' | 'quiet' | 'rhythm' | 'silence'> {
    const silence: Record<string, Underway> = {};
    this.#rules.forEach(({ id }, i) => {
      const episode = this.#alarms[i];
      if (episode) silence[id] = episode;
    });
    const back = Number.isFinite(this.#backAt) ? { back: this.#backAt } : {};
    return { heard: this.#heard.device, ...back, ...this.#heard.state(), silence };
  }

  restore({ heard, back, quiet, rhythm, silence }: DeviceState): void {
    this.#backAt = back ?? Number.NEGATIVE_INFINITY;
    this.#heard.restore(heard, quiet, rhythm);
    this.#rules.forEach(({ id }, i) => {
      this.#alarms[i] = silence[id] ?? null;
    });
    this.#any = this.#alarms.some((episode) => episode !== null);
  }
}
