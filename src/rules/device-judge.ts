import type { AlarmEffect, AlarmEndReason } from '../model/alarm.ts';
import type { Sample } from '../model/sample.ts';
import { alarmId } from './alarm-id.ts';
import { Baseline, type BaselineState, type BaselineView } from './baseline.ts';
import type { CompiledRule, CompiledType, SilenceRule } from './compile.ts';
import type { RuleContext, RuleWindow } from './language/context.ts';
import { nothingAround } from './language/surroundings.ts';
import { adoptedState, type Episode, forgetHolds, judgeRule, newRuleState, type RuleState } from './rule-judge.ts';
import { Window, type WindowState } from './window.ts';

/** A device's state without its baselines, as it is kept in a checkpoint; rules and windows by name, channels too. */
export interface DeviceState {
  /** Listening time at which the device was last heard. */
  heard: number;
  channels: Record<string, [value: number, at: number]>;
  windows: Record<string, WindowState>;
  rules: Record<string, KeptRule>;
  silence: Record<string, Episode>;
  /** Alarms of rules that are no more, by rule, until the next tick ends them. */
  orphans?: Record<string, Episode>;
}

/** A rule's state and which text it was judged by; absent in checkpoints of before rules had versions. */
type KeptRule = RuleState & { print?: string };

/** Judges the samples of one device: the per-device part of the fold. No clock, no I/O. */
export class DeviceJudge implements RuleContext {
  now = 0;
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly windows: (Window & RuleWindow)[];
  memory: number[] = [];
  around = nothingAround();
  readonly #deviceId: string;
  readonly #type: CompiledType;
  readonly #fresh: Uint8Array;
  readonly #rules: RuleState[];
  readonly #baselines: (Baseline | undefined)[] = [];
  /** By index of the silence rule. */
  readonly #silent: (Episode | null)[];
  /** Alarms of rules that were there before and are no more, by rule. */
  #orphans = new Map<string, Episode>();
  #heard: number;

  constructor(deviceId: string, type: CompiledType, heard: number) {
    this.#deviceId = deviceId;
    this.#type = type;
    this.#heard = heard;
    const channels = type.channelNames.length;
    this.values = new Float64Array(channels).fill(Number.NaN);
    this.times = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#fresh = new Uint8Array(channels);
    this.windows = type.windows.map((w) => new Window(w.spanMs, w.maxGapMs) as Window & RuleWindow);
    this.#rules = type.rules.map(newRuleState);
    for (const channel of type.baselines) this.#baselines[channel] = new Baseline(type.floors[channel]!);
    this.#silent = type.silence.map(() => null);
  }

  /**
   * Takes one sample in.
   * @param heard listening time of its receipt, see `Fold`.
   * @param learnt is told the channels whose baseline learnt from it.
   * @param latest no sample that came before this one can have been measured after it, unless our clock was set back.
   * @returns the number of values that were no news: as old as, or older than, the channel's newest.
   */
  judge(
    sample: Sample,
    heard: number,
    latest: number,
    effects: AlarmEffect[],
    learnt: (channel: string) => void,
  ): number {
    this.#heard = heard;
    this.#breakSilence(sample.receivedAt, effects);
    if (this.times.some((time) => time > latest)) this.#forgetTimes();
    const { channelIndex } = this.#type;
    const at = sample.measuredAt;
    const fresh = this.#fresh.fill(0);
    let news = false;
    let stale = 0;
    for (const name in sample.values) {
      const index = channelIndex.get(name);
      if (index === undefined) continue;
      if (at <= this.times[index]!) {
        stale++;
        continue;
      }
      this.values[index] = sample.values[name]!;
      this.times[index] = at;
      fresh[index] = 1;
      news = true;
    }
    if (!news) return stale;
    this.now = at;
    this.#type.windows.forEach((spec, i) => {
      if (fresh[spec.channel]) this.windows[i]!.add(at, this.values[spec.channel]!);
    });
    this.#type.rules.forEach((rule, i) => {
      if (rule.judgedOn.some((channel) => fresh[channel])) this.#judgeRule(rule, this.#rules[i]!, sample, effects);
    });
    for (const channel of this.#type.baselines) {
      const baseline = this.#baselines[channel]!;
      if (!fresh[channel] || !baseline.due(at) || this.#inAlarm(channel)) continue;
      baseline.learn(at, this.values[channel]!);
      learnt(this.#type.channelNames[channel]!);
    }
    return stale;
  }

  /**
   * After our clock was set back, what it has dated is in the future, and all that is measured until then would count
   * as late. Alarms that are active stay; evidence is gathered anew.
   */
  #forgetTimes(): void {
    this.values.fill(Number.NaN);
    this.times.fill(Number.NEGATIVE_INFINITY);
    this.#type.windows.forEach((spec, i) => {
      this.windows[i] = new Window(spec.spanMs, spec.maxGapMs) as Window & RuleWindow;
    });
    for (const state of this.#rules) forgetHolds(state);
  }

  /** The rules that it goes by. */
  get type(): CompiledType {
    return this.#type;
  }

  /** Silence counts from now on: before, nobody listened to this device. */
  listenFrom(listened: number): void {
    // A state that is ahead of the journal after a restart knows of a later time already.
    this.#heard = Math.max(this.#heard, listened);
  }

  /**
   * Ends every alarm: the device is no longer judged.
   * @returns whether there was any.
   */
  endAll(at: number, effects: AlarmEffect[]): boolean {
    const before = effects.length;
    this.#endOrphans(at, effects);
    this.#breakSilence(at, effects, 'device-off');
    this.#type.rules.forEach((rule, i) => {
      const { episode } = this.#rules[i]!;
      if (!episode) return;
      effects.push(endOf(episode, at, 'device-off'));
      this.#rules[i] = newRuleState(rule);
    });
    return effects.length > before;
  }

  /** A rule that is no more would never end its alarm. */
  #endOrphans(at: number, effects: AlarmEffect[]): void {
    for (const [ruleId, episode] of this.#orphans)
      effects.push(endOf(episode, at, this.#type.off.has(ruleId) ? 'rule-off' : 'rule-withdrawn'));
    this.#orphans.clear();
  }

  #judgeRule(rule: CompiledRule, state: RuleState, sample: Sample, effects: AlarmEffect[]): void {
    const { deviceId, measuredAt: at, receivedAt } = sample;
    const changes = judgeRule(rule, state, this, deviceId, at);
    if (changes.length === 0) return;
    const values = this.#valuesOf(rule);
    for (const change of changes) {
      if (change.kind === 'raised')
        effects.push({ ...change, ruleId: rule.id, deviceId, at, receivedAt, values, ...versionOf(rule) });
      else effects.push({ ...change, at, receivedAt, values });
    }
  }

  #valuesOf(rule: CompiledRule): Record<string, number> {
    const values: Record<string, number> = {};
    for (const channel of rule.channels) {
      const value = this.values[channel]!;
      if (!Number.isNaN(value)) values[this.#type.channelNames[channel]!] = value;
    }
    return values;
  }

  #inAlarm(channel: number): boolean {
    return this.#type.rules.some((rule, i) => this.#rules[i]!.episode !== null && rule.channels.includes(channel));
  }

  #breakSilence(receivedAt: number, effects: AlarmEffect[], endedBy?: AlarmEndReason): void {
    this.#silent.forEach((episode, i) => {
      if (!episode) return;
      this.#silent[i] = null;
      effects.push(endOf(episode, receivedAt, endedBy));
    });
  }

  /**
   * Judges the device's silence at a tick.
   * @param listened listening time now.
   * @returns whether anything changed.
   */
  judgeSilence(listened: number, at: number, effects: AlarmEffect[]): boolean {
    let changed = this.#orphans.size > 0;
    this.#endOrphans(at, effects);
    this.#type.silence.forEach((rule: SilenceRule, i) => {
      if (this.#silent[i] || listened - this.#heard < rule.silentForMs) return;
      const id = alarmId(rule.id, this.#deviceId, at);
      this.#silent[i] = { id, severity: rule.severity, count: 1 };
      const { severity } = rule;
      effects.push({
        kind: 'raised',
        alarmId: id,
        ruleId: rule.id,
        deviceId: this.#deviceId,
        severity,
        at,
        receivedAt: at,
        values: {},
        ...versionOf(rule),
      });
      changed = true;
    });
    return changed;
  }

  baseline(channel: number): BaselineView | null {
    return this.#baselines[channel]?.view(this.now, this.values[channel]!) ?? null;
  }

  /** The baseline of a channel by name, to show what is normal. */
  baselineOf(channel: string): Baseline | undefined {
    return this.#baselines[this.#type.channelIndex.get(channel) ?? -1];
  }

  state(): DeviceState {
    const type = this.#type;
    const state: DeviceState = { heard: this.#heard, channels: {}, windows: {}, rules: {}, silence: {} };
    type.channelNames.forEach((name, i) => {
      if (!Number.isNaN(this.values[i])) state.channels[name] = [this.values[i]!, this.times[i]!];
    });
    type.windows.forEach((spec, i) => {
      state.windows[spec.key] = this.windows[i]!.state();
    });
    type.rules.forEach((rule, i) => {
      state.rules[rule.id] = { ...this.#rules[i]!, print: rule.print };
    });
    type.silence.forEach((rule, i) => {
      const episode = this.#silent[i];
      if (episode) state.silence[rule.id] = episode;
    });
    if (this.#orphans.size > 0) state.orphans = Object.fromEntries(this.#orphans);
    return state;
  }

  /**
   * Takes a checkpoint's state, or that of before the rules changed. What it says of a rule that is as it was goes on, of
   * one that was changed the alarm under way; of windows and channels that are no more it is left out.
   */
  restore(state: DeviceState): void {
    const type = this.#type;
    this.#heard = state.heard;
    type.channelNames.forEach((name, i) => {
      const known = state.channels[name];
      if (known) [this.values[i], this.times[i]] = known;
    });
    type.windows.forEach((spec, i) => {
      const known = state.windows[spec.key];
      if (known) this.windows[i]!.restore(known);
    });
    const rest = new Map(episodesOf(state).map(([ruleId, episode]) => [episode.id, { ruleId, episode }]));
    type.rules.forEach((rule, i) => {
      const known = state.rules[rule.id];
      if (!known) return;
      const { print, ...ruleState } = known;
      const same = (print ?? rule.print) === rule.print && known.levels.length === rule.levels.length;
      this.#rules[i] = same ? ruleState : adoptedState(rule, ruleState);
      if (known.episode) rest.delete(known.episode.id);
    });
    type.silence.forEach((rule, i) => {
      const known = state.silence[rule.id] ?? null;
      this.#silent[i] = known;
      if (known) rest.delete(known.id);
    });
    this.#orphans = new Map([...rest.values()].map(({ ruleId, episode }) => [ruleId, episode]));
  }

  restoreBaseline(channel: string, state: BaselineState): void {
    this.baselineOf(channel)?.restore(state);
  }
}

/** Ends the alarms of a checkpoint's state, whose device is no longer in use. */
export function endStored(state: DeviceState, at: number, effects: AlarmEffect[]): void {
  for (const [, episode] of episodesOf(state)) effects.push(endOf(episode, at, 'device-off'));
}

/** Every episode under way, with its rule. */
function episodesOf({ rules, silence, orphans = {} }: DeviceState): [ruleId: string, episode: Episode][] {
  const judged = Object.entries(rules).flatMap(([id, { episode }]): [string, Episode][] =>
    episode ? [[id, episode]] : [],
  );
  return [...judged, ...Object.entries(silence), ...Object.entries(orphans)];
}

/** The version of the rule that raises an alarm, where rules have versions. */
function versionOf({ version }: CompiledRule | SilenceRule): { ruleVersion?: number } {
  return version === undefined ? {} : { ruleVersion: version };
}

/** The end of an alarm; of one that no measurement ends, with the reason. */
function endOf(episode: Episode, at: number, endedBy?: AlarmEndReason): AlarmEffect {
  const end: AlarmEffect = { kind: 'cleared', alarmId: episode.id, at, receivedAt: at, values: {} };
  return endedBy ? { ...end, endedBy } : end;
}
