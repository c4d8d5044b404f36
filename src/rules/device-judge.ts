import type { Baseline, BaselineView } from '../baseline/baseline.ts';
import type { AlarmEffect } from '../model/alarm.ts';
import type { BaselineWord } from '../model/baseline-word.ts';
import type { Sample } from '../model/sample.ts';
import type { CompiledType } from './compile.ts';
import { DeviceBaselines } from './device-baselines.ts';
import { DeviceChannels, insertStep, type Step } from './device-channels.ts';
import { devicePlaces } from './device-places.ts';
import { type DeviceState, endOf, episodesOf } from './device-state.ts';
import { copyEpisode } from './episodes.ts';
import { FreshChannels } from './fresh-channels.ts';
import type { Audible } from './gateways.ts';
import { Horizon, restoredEpisode } from './horizon.ts';
import type { RuleContext } from './language/context.ts';
import { nowhere, type Surroundings } from './language/surroundings.ts';
import { Orphans } from './orphans.ts';
import { rejudged } from './rejudged.ts';
import { judgeRule, ruleChange } from './rule-judge.ts';
import { RuleStates } from './rule-states.ts';
import { Silence } from './silence.ts';
import { tellChange } from './tell-change.ts';
import { ToldAlarms } from './told-alarms.ts';
import { toldValues } from './told-values.ts';
import { newestTime, newestValue } from './windows/memory.ts';

/** One for all: only one sample is judged at a time. */
const fresh = new FreshChannels();

/** So that a device that counts no others needs no list of them. */
const nobody: readonly never[] = [];

/**
 * Judges the samples of one device at the time at which they were measured: the per-device part of the fold. A sample
 * that is newer than all others is judged at once. A late one is put in its place and what came after it is judged
 * again, so that the order of arrival makes no difference. No clock, no I/O.
 */
export class DeviceJudge implements RuleContext {
  /** Number of the checkpoint that a sample of it was last noted for; the fold's. */
  touchedIn = 0;
  /** Where it is found at once; see `Judges`. */
  number: number | undefined = undefined;
  readonly deviceId: string;
  readonly around: Surroundings;
  /** Id of the gateway that it comes in through alone; null when nobody has said so. */
  readonly gateway: string | null;
  /** The rules that it goes by. */
  readonly type: CompiledType;
  #told = ToldAlarms.none;
  readonly #baselines: DeviceBaselines | null;
  #orphans: Orphans | null = null;
  /** The last one, so that who looks where it is has looked at all of them; see `Fold.lookAhead`. */
  readonly past: DeviceChannels;

  constructor(deviceId: string, type: CompiledType, heard: number, around = nowhere) {
    this.deviceId = deviceId;
    this.type = type;
    this.around = around;
    this.gateway = around.gateway;
    this.past = new DeviceChannels(type);
    this.silence.begin(heard);
    this.#horizon.begin();
    this.#baselines = type.baselines.length > 0 ? new DeviceBaselines(type) : null;
    fresh.widen(type.channelNames.length);
  }

  /** When it was heard, and what is told about its silence. */
  get silence(): Silence {
    return new Silence(this.past, this.type.silence, this.type.heardPlaces);
  }

  get #states(): RuleStates {
    return new RuleStates(this.type, this.past);
  }

  get #horizon(): Horizon {
    return new Horizon(this.type, this.past);
  }

  /**
   * Takes in what came at once, in the order in which it was measured.
   * @param heard listening time of its receipt, see `Fold`.
   * @param learnt is given the channels whose baseline learnt from it.
   * @param latest no sample that came before this one can have been measured after it, unless our clock was set back.
   * @returns the number of values that were not judged: repeated, or late beyond the bound.
   */
  judge(samples: readonly Sample[], heard: number, latest: number, effects: AlarmEffect[], learnt: string[]): number {
    const { receivedAt } = samples[0]!;
    const { silence } = this;
    for (let i = 0; i < samples.length; i++) silence.hear(samples[i]!.values, heard);
    silence.end(receivedAt, effects, undefined, heard);
    if (this.head > latest) this.#forgetTimes();
    let stale = 0;
    let next = 0;
    while (next < samples.length) {
      if (samples[next]!.measuredAt > this.judgedAt) {
        this.#judgeNext(samples[next++]!, effects, learnt);
        continue;
      }
      // All that is late is put in its place before anything is judged again.
      const late: Step[] = [];
      for (; next < samples.length && samples[next]!.measuredAt <= this.judgedAt; next++)
        stale += this.#late(samples[next]!, late);
      if (late.length === 0) continue;
      const { head } = this;
      this.#judgeAgain(late[0]!.at, late, receivedAt, effects);
      // It was late only to what other devices had said meanwhile.
      if (this.head > head) this.#baselines?.learn(this.head, this.past, fresh, this.#states, learnt);
    }
    return stale;
  }

  /** Judges a sample that is newer than all others. */
  #judgeNext(sample: Sample, effects: AlarmEffect[], learnt: string[]): void {
    const { channelIndex } = this.type;
    const at = sample.measuredAt;
    let news = false;
    for (const name in sample.values) {
      const channel = channelIndex.get(name);
      if (channel === undefined || !this.past.keeps(channel)) continue;
      if (!news && this.#advance(at)) this.#told = this.#told.since(this.#horizon.floor);
      news = true;
      this.past.add(channel, at, sample.values[name]!);
      fresh.add(channel);
    }
    if (!news) return;
    this.#judgeRules(at, sample.receivedAt, effects);
    this.#baselines?.learn(at, this.past, fresh, this.#states, learnt);
  }

  /** A sample newer than all others is about to be taken in. @returns whether the floor of the horizon has moved. */
  #advance(at: number): boolean {
    fresh.clear(this.type.channelNames.length);
    this.#setHead(at);
    if (!this.#horizon.advance(at) || !this.#horizon.keep(at, this.#told.episodes)) return false;
    this.past.forgetBefore(this.#horizon.floor);
    return true;
  }

  /**
   * Looks at a sample that is not newer than all others; what is new in it is added to `late`.
   * @returns the number of values that are not.
   */
  #late(sample: Sample, late: Step[]): number {
    const { measuredAt: at } = sample;
    const tooLate = at < this.head - this.type.latenessMs || at < this.#horizon.floor;
    const news: Step = { at, channels: [], values: [] };
    let stale = 0;
    for (const name in sample.values) {
      const channel = this.type.channelIndex.get(name);
      if (channel === undefined || !this.past.keeps(channel)) continue;
      const value = sample.values[name]!;
      // Of two values for one moment the greater one counts, so that it does not matter which came first.
      if (tooLate || value <= (this.past.valueAt(channel, at) ?? Number.NEGATIVE_INFINITY)) {
        stale++;
        continue;
      }
      news.channels.push(channel);
      news.values.push(value);
    }
    if (news.channels.length > 0) late.push(news);
    return stale;
  }

  /**
   * Judges what is otherwise around the device since a measured time: again what was judged since, and for the first time
   * where a device that its rules count has changed later than that.
   * @returns whether there was anything to judge.
   */
  aroundChanged(at: number, receivedAt: number, effects: AlarmEffect[]): boolean {
    if (at > this.judgedAt) {
      const changes = this.#changesSince(at);
      this.#judgeChanges(changes, 0, Number.POSITIVE_INFINITY, receivedAt, effects);
      return changes.length > 0;
    }
    const from = Math.max(at, this.#horizon.floor, this.head - this.type.latenessMs);
    if (from > this.judgedAt) return false;
    this.#judgeAgain(from, [], receivedAt, effects);
    return true;
  }

  #changesSince(at: number): readonly number[] {
    return this.around.peers?.changesSince(this.type.questions, at) ?? nobody;
  }

  /**
   * Judges the rules that count other devices at changes there, from the `next` one up to `before`. They take no part in
   * what is late: the bound goes by what the device measured itself, and so does whether it can be judged at all.
   * @returns the index of the change that is next then.
   */
  #judgeChanges(times: readonly number[], next: number, before: number, receivedAt: number, effects: AlarmEffect[]) {
    let index = next;
    for (; index < times.length && times[index]! < before; index++) {
      const at = times[index]!;
      this.past.cells[devicePlaces.judgedAt] = at;
      for (const i of this.type.counting) {
        const rule = this.type.rules[i]!;
        if (at - this.head > rule.maxGapMs) continue;
        const changed = judgeRule(rule, this.#states, this, at);
        if (changed !== ruleChange.none) this.#tell(i, changed, at, receivedAt, effects);
      }
    }
    return index;
  }

  /**
   * Puts late steps, in order, in their places among those that came before them, and judges again from a time on that
   * is not after any of them.
   */
  #judgeAgain(at: number, late: readonly Step[], receivedAt: number, effects: AlarmEffect[]): void {
    const told = this.#told.all;
    const snapshot = this.#horizon.rewind(at);
    const steps = this.past.rewind(snapshot.at);
    for (const step of late) insertStep(steps, step);
    this.#states.rewind(snapshot);
    const over = told.filter(({ clearedAt }) => clearedAt !== null && clearedAt < snapshot.at);
    this.#told = ToldAlarms.of([...over, ...snapshot.episodes.map(copyEpisode)]);
    // None that is over is let go of on the way, which may lead further than before: all are compared first.
    const changes = this.#changesSince(snapshot.at);
    let next = 0;
    this.past.cells[devicePlaces.head] = this.past.newest;
    for (const step of steps) {
      next = this.#judgeChanges(changes, next, step.at, receivedAt, []);
      // The sample has every rule judged that counts.
      if (changes[next] === step.at) next++;
      this.#advance(step.at);
      for (let i = 0; i < step.channels.length; i++) {
        this.past.add(step.channels[i]!, step.at, step.values[i]!);
        fresh.add(step.channels[i]!);
      }
      this.#judgeRules(step.at, receivedAt, []);
    }
    this.#judgeChanges(changes, next, Number.POSITIVE_INFINITY, receivedAt, []);
    const found = this.#told.all;
    const change = rejudged({ deviceId: this.deviceId, at, receivedAt, told, found });
    // By their ids, which they may have got anew.
    this.#told = ToldAlarms.of(found).since(this.#horizon.floor);
    for (const { from, to } of change.renamed) this.#states.rename(from, to);
    if (change.effect) effects.push(change.effect);
  }

  #judgeRules(at: number, receivedAt: number, effects: AlarmEffect[]): void {
    const states = this.#states;
    for (let i = 0; i < this.type.rules.length; i++) {
      const rule = this.type.rules[i]!;
      if (!fresh.hasAny(rule.judgedOn)) continue;
      const changed = judgeRule(rule, states, this, at);
      if (changed !== ruleChange.none) this.#tell(i, changed, at, receivedAt, effects);
    }
  }

  /**
   * After our clock was set back, what it has dated is in the future, and all that is measured until then would count
   * as late. Alarms that are active stay; evidence is gathered anew.
   */
  #forgetTimes(): void {
    this.past.clear();
    this.#states.forgetEvidence();
    this.#forgetPast(Number.NEGATIVE_INFINITY);
  }

  /** Nothing that was measured so far is judged again. */
  #forgetPast(head: number): void {
    this.#setHead(head);
    this.#told = ToldAlarms.of(this.#told.all.filter((episode) => episode.active));
    this.#horizon.restart(head + 1, this.#told.episodes);
  }

  /** Measured time of its newest sample; -Infinity when there was none yet. */
  get head(): number {
    return this.past.cells[devicePlaces.head]!;
  }

  /** Measured time of what it was last judged for; -Infinity when there was nothing yet. */
  get judgedAt(): number {
    return this.past.cells[devicePlaces.judgedAt]!;
  }

  get now(): number {
    return this.judgedAt;
  }

  #setHead(at: number): void {
    const { cells } = this.past;
    cells[devicePlaces.head] = at;
    cells[devicePlaces.judgedAt] = at;
  }

  /** What the rules remember of the device, see `MemoryCell`. */
  get memory(): readonly number[] {
    return this.past.ruled;
  }

  /**
   * Ends every alarm: the device is no longer judged.
   * @returns whether there was any.
   */
  endAll(at: number, effects: AlarmEffect[]): boolean {
    const before = effects.length;
    this.#endOrphans(at, effects);
    this.silence.end(at, effects, 'device-off');
    for (const episode of this.#states.endAll()) effects.push(endOf(episode, at, 'device-off'));
    if (effects.length > before) {
      this.#told = ToldAlarms.none;
      this.#forgetPast(this.head);
    }
    return effects.length > before;
  }

  /** Says what a sample changed about the alarm of a rule. */
  #tell(index: number, changed: number, at: number, receivedAt: number, effects: AlarmEffect[]): void {
    const rule = this.type.rules[index]!;
    const values = toldValues(rule, this, this.type.channelNames);
    const change = { deviceId: this.deviceId, rule, index, changed, at, receivedAt, values };
    tellChange(change, this.#states, this.#told.episodes, (effect) => {
      this.#told = this.#told.and(effect);
      effects.push(effect);
    });
  }

  /**
   * Judges the device's silence at a tick.
   * @param audible when it could have been heard.
   * @returns whether anything changed.
   */
  judgeSilence(audible: Audible, at: number, effects: AlarmEffect[]): boolean {
    const before = effects.length;
    this.#endOrphans(at, effects);
    return this.silence.judge(this.deviceId, audible, at, effects) || effects.length > before;
  }

  #endOrphans(at: number, effects: AlarmEffect[]): void {
    this.#orphans?.end(at, this.type.off, effects);
    this.#orphans = null;
  }

  baseline(channel: number): BaselineView | null {
    const baseline = this.#baselines?.at(channel) ?? this.around.baselineOf?.(this.type.channelNames[channel]!);
    return baseline?.view(this.now, newestValue(this.past, channel)) ?? null;
  }

  /** Channels of a sample whose baseline has nothing to judge by, and would learn from it. */
  blankChannels(sample: Sample): readonly string[] {
    return this.#baselines?.blankFor(sample) ?? nobody;
  }

  /** A baseline goes by what a person said from here on. @returns whether there is one. */
  hear(word: BaselineWord): boolean {
    const baseline = this.baselineOf(word.channel);
    const channel = this.type.channelIndex.get(word.channel) ?? -1;
    if (!baseline) return false;
    baseline.hear(word, newestTime(this.past, channel), newestValue(this.past, channel));
    return true;
  }

  /** The baseline of a channel by name, to show what is normal. */
  baselineOf(channel: string): Baseline | undefined {
    return this.#baselines?.of(channel);
  }

  state(): DeviceState {
    const type = this.type;
    const state: DeviceState = {
      ...this.silence.state(),
      ...this.#orphans?.state(),
      head: Number.isFinite(this.head) ? this.head : null,
      logs: this.past.state(),
      rules: this.#states.state(),
      episodes: this.#told.all,
      past: { snapshots: this.#horizon.state(), samples: this.#horizon.samples, layout: type.layout },
    };
    if (this.judgedAt > this.head) state.judgedAt = this.judgedAt;
    return state;
  }

  /**
   * Takes a checkpoint's state, or that of before the rules changed. What it says of a rule that is as it was goes on, of
   * one that was changed the alarm under way; of rules and channels that are no more it is left out. What was measured
   * before the rules changed is not judged again by other ones.
   */
  restore(state: DeviceState): void {
    const type = this.type;
    this.silence.restore(state);
    this.#setHead(state.head ?? Number.NEGATIVE_INFINITY);
    if (state.judgedAt !== undefined) this.past.cells[devicePlaces.judgedAt] = state.judgedAt;
    this.past.restore(state.logs);
    const rest = new Map(episodesOf(state).map(([ruleId, episode]) => [episode.id, { ruleId, episode }]));
    for (const id of this.#states.restore(state.rules)) rest.delete(id);
    for (const { id } of type.silence) if (state.silence[id]) rest.delete(state.silence[id].id);
    const orphans = new Map([...rest.values()].map(({ ruleId, episode }) => [ruleId, episode]));
    this.#orphans = orphans.size > 0 ? new Orphans(orphans) : null;
    this.#told = ToldAlarms.of(state.episodes.filter(({ alarmId: id }) => !rest.has(id)).map(restoredEpisode));
    if (state.past?.layout === type.layout) this.#horizon.restore(state.past.snapshots, state.past.samples);
    else this.#forgetPast(this.head);
  }

  /** A state of an older shape is left aside: the baseline begins anew. */
  restoreBaseline(channel: string, state: unknown): void {
    this.baselineOf(channel)?.restore(state);
  }
}
