import type { AlarmEffect, AlarmEndReason } from '../model/alarm.ts';
import { alarmId } from './alarm-id.ts';
import { versionOf } from './compile.ts';
import { devicePlaces } from './device-places.ts';
import { type DeviceState, endOf, type Underway } from './device-state.ts';
import type { Audible } from './gateways.ts';
import { Heard } from './heard.ts';

const nothingSaid = {};

/** Judges the silence of one device and of its channels, in listening time; see `Fold`. */
export class Silence extends Heard {
  /** Listening time at which the device was last heard again after it was told to be silent. */
  get backAt(): number {
    return this.memory.cells[devicePlaces.backAt]!;
  }

  /** Something came through the device: it is heard, whatever it may have said itself. @returns whether that is news. */
  hearThrough(listened: number, receivedAt: number, effects: AlarmEffect[]): boolean {
    // A state that is ahead of the journal after a restart knows of it already.
    if (listened <= this.heardAt) return false;
    this.hear(nothingSaid, listened);
    this.end(receivedAt, effects, undefined, listened);
    return true;
  }

  /** Ends the alarms; with `heardAt` those only whose device or channels were heard then. */
  end(receivedAt: number, effects: AlarmEffect[], endedBy?: AlarmEndReason, heardAt?: number): void {
    const alarms = this.memory.silent;
    if (alarms === null) return;
    for (let i = 0; i < alarms.length; i++) {
      const episode = alarms[i];
      if (!episode || (heardAt !== undefined && this.heardOf(i) !== heardAt)) continue;
      alarms[i] = null;
      if (heardAt !== undefined && this.rules[i]!.channels === null) this.memory.cells[devicePlaces.backAt] = heardAt;
      effects.push(endOf(episode, receivedAt, endedBy));
    }
    if (alarms.every((episode) => episode === null)) this.memory.silent = null;
  }

  /**
   * Judges at a tick.
   * @returns whether anything changed.
   */
  judge(deviceId: string, { from, to }: Audible, at: number, effects: AlarmEffect[]): boolean {
    let changed = false;
    this.rules.forEach((rule, i) => {
      if (this.memory.silent?.[i] || to - Math.max(from, this.heardOf(i)) < this.allowed(rule)) return;
      const { severity } = rule;
      const id = alarmId(rule.id, deviceId, at);
      this.memory.silent ??= this.rules.map(() => null);
      this.memory.silent[i] = { id, severity, count: 1 };
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
    this.rules.forEach(({ id }, i) => {
      const episode = this.memory.silent?.[i];
      if (episode) silence[id] = episode;
    });
    const back = Number.isFinite(this.backAt) ? { back: this.backAt } : {};
    return { heard: this.heardAt, ...back, ...this.heardState(), silence };
  }

  restore({ heard, back, quiet, rhythm, silence }: DeviceState): void {
    this.memory.cells[devicePlaces.backAt] = back ?? Number.NEGATIVE_INFINITY;
    this.restoreHeard(heard, quiet, rhythm);
    const alarms = this.rules.map(({ id }) => silence[id] ?? null);
    this.memory.silent = alarms.some((episode) => episode !== null) ? alarms : null;
  }
}
