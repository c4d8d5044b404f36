import { Baseline, type BaselineView } from '../baseline/baseline.ts';
import type { AlarmEffect } from '../model/alarm.ts';
import type { BaselineWord } from '../model/baseline-word.ts';
import type { Episode } from '../model/episode.ts';
import type { Sample } from '../model/sample.ts';
import { alarmId } from './alarm-id.ts';
import { type CompiledRule, type CompiledType, versionOf } from './compile.ts';
import { DeviceChannels, insertStep, type Step } from './device-channels.ts';
import { type DeviceState, endOf, episodesOf, type Underway } from './device-state.ts';
import { copyEpisode, EpisodeCollector } from './episodes.ts';
import { Horizon, type KnownNow, restoredEpisode } from './horizon.ts';
import type { RuleContext } from './language/context.ts';
import { nowhere, type PeerQuestion, type Surroundings } from './language/surroundings.ts';
import { rejudged } from './rejudged.ts';
import { judgeRule, ruleChange, severityOf } from './rule-judge.ts';
import { RuleStates } from './rule-states.ts';
import { Silence } from './silence.ts';

/** By channel, whether the sample that is judged now brought it. */
let fresh = new Uint8Array(64);

/** So that a device without alarms needs no list of them. */
const noEpisodes: ReadonlyMap<string, Episode> = new Map();
const noOrphans: ReadonlyMap<string, Underway> = new Map();
/** The same for those that count no other devices. */
const nobody: readonly never[] = [];

/**
 * Judges the samples of one device at the time at which they were measured: the per-device part of the fold. A sample
 * that is newer than all others is judged at once. A late one is put in its place and what came after it is judged
 * again, so that the order of arrival makes no difference. No clock, no I/O.
 */
export class DeviceJudge implements RuleContext {
  now = 0;
  /** Number of the checkpoint that a sample of it was last noted for; the fold's. */
  touchedIn = 0;
  readonly around: Surroundings;
  readonly values: number[];
  readonly times: number[];
  readonly #deviceId: string;
  readonly #type: CompiledType;
  readonly past: DeviceChannels;
  readonly #horizon: Horizon;
  /** Measured time of the newest sample. */
  #head = Number.NEGATIVE_INFINITY;
  /** Measured time of what it was last judged for: its newest sample, or a change on a device that its rules count. */
  #judgedAt = Number.NEGATIVE_INFINITY;
  readonly #states: RuleStates;
  /** Alarms as they were told, as far back as a late sample can change them. */
  #told: EpisodeCollector | null = null;
  #judgingAgain = false;
  readonly #baselines: (Baseline | undefined)[] = [];
  readonly #silence: Silence;
  /** Alarms of rules that were there before and are no more, by rule. */
  #orphans: ReadonlyMap<string, Underway> = noOrphans;
  /** Rules that count other devices, by index, and what they ask. */
  readonly #counting: readonly number[];
  readonly #questions: readonly PeerQuestion[];

  constructor(deviceId: string, type: CompiledType, heard: number, around = nowhere) {
    this.#deviceId = deviceId;
    this.#type = type;
    this.#silence = new Silence(deviceId, type.silence, heard);
    this.around = around;
    this.past = new DeviceChannels(type);
    this.values = this.past.values;
    this.times = this.past.times;
    this.#horizon = new Horizon(type);
    this.#states = new RuleStates(type);
    for (const channel of type.baselines) this.#baselines[channel] = new Baseline(type.floors[channel]!);
    this.#counting = around.peers ? [...type.rules.keys()].filter((i) => type.rules[i]!.peers.length > 0) : nobody;
    this.#questions = around.peers ? type.rules.flatMap((rule) => rule.peers) : nobody;
    if (fresh.length < type.channelNames.length) fresh = new Uint8Array(type.channelNames.length);
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
    for (let i = 0; i < samples.length; i++) this.#silence.hear(samples[i]!.values, heard);
    this.#silence.end(receivedAt, effects, undefined, heard);
    if (this.#head > latest) this.#forgetTimes();
    let stale = 0;
    let next = 0;
    while (next < samples.length) {
      if (samples[next]!.measuredAt > this.#judgedAt) {
        this.#judgeNext(samples[next++]!, effects, learnt);
        continue;
      }
      // All that is late is put in its place before anything is judged again.
      const late: Step[] = [];
      for (; next < samples.length && samples[next]!.measuredAt <= this.#judgedAt; next++)
        stale += this.#late(samples[next]!, late);
      if (late.length === 0) continue;
      const head = this.#head;
      this.#judgeAgain(late[0]!.at, late, receivedAt, effects);
      // It was late only to what other devices had said meanwhile.
      if (this.#head > head) this.#learn(this.#head, learnt);
    }
    return stale;
  }

  /** Judges a sample that is newer than all others. */
  #judgeNext(sample: Sample, effects: AlarmEffect[], learnt: string[]): void {
    const { channelIndex } = this.#type;
    const at = sample.measuredAt;
    let news = false;
    for (const name in sample.values) {
      const channel = channelIndex.get(name);
      if (channel === undefined || !this.past.keeps(channel)) continue;
      if (!news) this.#advance(at);
      news = true;
      this.past.add(channel, at, sample.values[name]!);
      fresh[channel] = 1;
    }
    if (!news) return;
    this.#judgeRules(at, sample.receivedAt, effects);
    this.#learn(at, learnt);
  }

  /** A sample newer than all others is about to be taken in. */
  #advance(at: number): void {
    for (let i = 0; i < this.values.length; i++) fresh[i] = 0;
    this.#head = at;
    this.#judgedAt = at;
    this.now = at;
    if (!this.#horizon.advance(at, this.#known)) return;
    this.past.forgetBefore(this.#horizon.floor);
    if (!this.#judgingAgain) this.#forgetOver();
  }

  /** Alarms that no late sample can change any more need not be known. */
  #forgetOver(): void {
    if (this.#told === null) return;
    const { floor } = this.#horizon;
    const { episodes } = this.#told;
    for (const { alarmId: id, clearedAt } of episodes.values())
      if (clearedAt !== null && clearedAt < floor) episodes.delete(id);
  }

  get #known(): KnownNow {
    return { cells: this.#states.cells, ids: this.#states.ids, told: this.#told?.episodes ?? noEpisodes };
  }

  /**
   * Looks at a sample that is not newer than all others; what is new in it is added to `late`.
   * @returns the number of values that are not.
   */
  #late(sample: Sample, late: Step[]): number {
    const { measuredAt: at } = sample;
    const tooLate = at < this.#head - this.#type.latenessMs || at < this.#horizon.floor;
    const news: Step = { at, channels: [], values: [] };
    let stale = 0;
    for (const name in sample.values) {
      const channel = this.#type.channelIndex.get(name);
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
    if (at > this.#judgedAt) {
      const changes = this.#changesSince(at);
      this.#judgeChanges(changes, 0, Number.POSITIVE_INFINITY, receivedAt, effects);
      return changes.length > 0;
    }
    const from = Math.max(at, this.#horizon.floor, this.#head - this.#type.latenessMs);
    if (from > this.#judgedAt) return false;
    this.#judgeAgain(from, [], receivedAt, effects);
    return true;
  }

  #changesSince(at: number): readonly number[] {
    return this.around.peers?.changesSince(this.#questions, at) ?? nobody;
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
      this.#judgedAt = at;
      this.now = at;
      for (const i of this.#counting) {
        const rule = this.#type.rules[i]!;
        if (at - this.#head > rule.maxGapMs) continue;
        const changed = judgeRule(rule, this.#states.cells, this, at);
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
    const told = [...(this.#told?.episodes.values() ?? [])];
    const snapshot = this.#horizon.rewind(at);
    const steps = this.past.rewind(snapshot.at);
    for (const step of late) insertStep(steps, step);
    this.#states.rewind(snapshot);
    const over = told.filter(({ clearedAt }) => clearedAt !== null && clearedAt < snapshot.at);
    this.#told = new EpisodeCollector();
    for (const episode of over) this.#told.begin(episode);
    for (const episode of snapshot.episodes) this.#told.begin(copyEpisode(episode));
    // What was over is compared first: the way there may let go of more of the past than was let go of before.
    this.#judgingAgain = true;
    const changes = this.#changesSince(snapshot.at);
    let next = 0;
    this.#head = Math.max(...this.times);
    for (const step of steps) {
      next = this.#judgeChanges(changes, next, step.at, receivedAt, []);
      // The sample has every rule judged that counts.
      if (changes[next] === step.at) next++;
      this.#advance(step.at);
      for (let i = 0; i < step.channels.length; i++) {
        this.past.add(step.channels[i]!, step.at, step.values[i]!);
        fresh[step.channels[i]!] = 1;
      }
      this.#judgeRules(step.at, receivedAt, []);
    }
    this.#judgeChanges(changes, next, Number.POSITIVE_INFINITY, receivedAt, []);
    this.#judgingAgain = false;
    const found = [...this.#told.episodes.values()];
    const change = rejudged({ deviceId: this.#deviceId, at, receivedAt, told, found });
    this.#told = new EpisodeCollector();
    for (const episode of found) this.#told.begin(episode);
    this.#forgetOver();
    for (const { from, to } of change.renamed) this.#states.rename(from, to);
    if (change.effect) effects.push(change.effect);
  }

  #judgeRules(at: number, receivedAt: number, effects: AlarmEffect[]): void {
    const { rules } = this.#type;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      for (let j = 0; j < rule.judgedOn.length; j++) {
        if (fresh[rule.judgedOn[j]!] === 0) continue;
        const changed = judgeRule(rule, this.#states.cells, this, at);
        if (changed !== ruleChange.none) this.#tell(i, changed, at, receivedAt, effects);
        break;
      }
    }
  }

  #learn(at: number, learnt: string[]): void {
    for (const channel of this.#type.baselines) {
      const baseline = this.#baselines[channel]!;
      if (fresh[channel] === 0 || !baseline.due(at)) continue;
      if (!baseline.learn(at, this.values[channel]!, this.#states.inAlarm(channel))) continue;
      learnt.push(this.#type.channelNames[channel]!);
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
    this.#head = head;
    this.#judgedAt = head;
    const active = [...(this.#told?.episodes.values() ?? [])].filter((episode) => episode.active);
    this.#told = active.length > 0 ? new EpisodeCollector() : null;
    for (const episode of active) this.#told!.begin(episode);
    this.#horizon.restart(head + 1, this.#known);
  }

  /** Measured time of what it was last judged for; -Infinity when there was nothing yet. */
  get judgedAt(): number {
    return this.#judgedAt;
  }

  /** What the rules remember of the device, see `MemoryCell`. */
  get memory(): number[] {
    return this.#states.cells;
  }

  /** The rules that it goes by. */
  get type(): CompiledType {
    return this.#type;
  }

  /** Silence counts from now on: before, nobody listened to this device. */
  listenFrom(listened: number): void {
    this.#silence.listenFrom(listened);
  }

  /**
   * Ends every alarm: the device is no longer judged.
   * @returns whether there was any.
   */
  endAll(at: number, effects: AlarmEffect[]): boolean {
    const before = effects.length;
    this.#endOrphans(at, effects);
    this.#silence.end(at, effects, 'device-off');
    for (const episode of this.#states.endAll()) effects.push(endOf(episode, at, 'device-off'));
    if (effects.length > before) {
      this.#told = null;
      this.#forgetPast(this.#head);
    }
    return effects.length > before;
  }

  /** A rule that is no more would never end its alarm. */
  #endOrphans(at: number, effects: AlarmEffect[]): void {
    for (const [ruleId, episode] of this.#orphans)
      effects.push(endOf(episode, at, this.#type.off.has(ruleId) ? 'rule-off' : 'rule-withdrawn'));
    this.#orphans = noOrphans;
  }

  /** Says what a sample changed about the alarm of a rule. */
  #tell(index: number, changed: number, at: number, receivedAt: number, effects: AlarmEffect[]): void {
    const rule = this.#type.rules[index]!;
    const values = this.#valuesOf(rule);
    this.#told ??= new EpisodeCollector();
    const { cells } = this.#states;
    const ids = this.#states.openIds();
    const tell = (effect: AlarmEffect) => {
      this.#told!.take(effect);
      effects.push(effect);
    };
    const common = { at, receivedAt, values };
    const severity = severityOf(rule, cells);
    if (changed & ruleChange.cleared) {
      tell({ kind: 'cleared', alarmId: ids[index]!, ...common });
      ids[index] = null;
    }
    if (changed & ruleChange.raised) {
      const deviceId = this.#deviceId;
      const id = alarmId(rule.id, deviceId, at);
      ids[index] = id;
      tell({ kind: 'raised', alarmId: id, severity, ruleId: rule.id, deviceId, ...common, ...versionOf(rule) });
    }
    if (changed & ruleChange.severity) tell({ kind: 'severity', alarmId: ids[index]!, severity, ...common });
    if (changed & ruleChange.continued) {
      const count = cells[rule.cells.count]!;
      tell({ kind: 'continued', alarmId: ids[index]!, count, ...common });
    }
    if (changed & ruleChange.cleared) this.#states.closeIds();
  }

  #valuesOf(rule: CompiledRule): Record<string, number> {
    const values: Record<string, number> = {};
    for (const channel of rule.channels) {
      const value = this.values[channel]!;
      if (!Number.isNaN(value)) values[this.#type.channelNames[channel]!] = value;
    }
    for (const { source, value } of rule.textValues) {
      const told = value(this);
      if (Number.isFinite(told)) values[source] = told;
    }
    return values;
  }

  /**
   * Judges the device's silence at a tick.
   * @param listened listening time now.
   * @returns whether anything changed.
   */
  judgeSilence(listened: number, at: number, effects: AlarmEffect[]): boolean {
    const before = effects.length;
    this.#endOrphans(at, effects);
    return this.#silence.judge(listened, at, effects) || effects.length > before;
  }

  baseline(channel: number): BaselineView | null {
    const { around } = this;
    const baseline = this.#baselines[channel] ?? around.baselineOf?.(this.#type.channelNames[channel]!);
    return baseline?.view(this.now, this.values[channel]!) ?? null;
  }

  /** Channels of a sample whose baseline has nothing to judge by, and would learn from it. */
  blankChannels({ measuredAt, values }: Sample): readonly string[] {
    let blank: string[] | null = null;
    for (const channel of this.#type.baselines) {
      const name = this.#type.channelNames[channel]!;
      const baseline = this.#baselines[channel]!;
      if (values[name] === undefined || !baseline.due(measuredAt) || !baseline.blank) continue;
      blank ??= [];
      blank.push(name);
    }
    return blank ?? nobody;
  }

  /** A baseline goes by what a person said from here on. @returns whether there is one. */
  hear(word: BaselineWord): boolean {
    const baseline = this.baselineOf(word.channel);
    const channel = this.#type.channelIndex.get(word.channel) ?? -1;
    baseline?.hear(word, this.times[channel] ?? Number.NaN, this.values[channel] ?? Number.NaN);
    return baseline !== undefined;
  }

  /** The baseline of a channel by name, to show what is normal. */
  baselineOf(channel: string): Baseline | undefined {
    return this.#baselines[this.#type.channelIndex.get(channel) ?? -1];
  }

  state(): DeviceState {
    const type = this.#type;
    const state: DeviceState = {
      ...this.#silence.state(),
      head: Number.isFinite(this.#head) ? this.#head : null,
      logs: this.past.state(),
      rules: this.#states.state(),
      episodes: [...(this.#told?.episodes.values() ?? [])],
      past: { snapshots: this.#horizon.state(), samples: this.#horizon.samples, layout: type.layout },
    };
    if (this.#judgedAt > this.#head) state.judgedAt = this.#judgedAt;
    if (this.#orphans.size > 0) state.orphans = Object.fromEntries(this.#orphans);
    return state;
  }

  /**
   * Takes a checkpoint's state, or that of before the rules changed. What it says of a rule that is as it was goes on, of
   * one that was changed the alarm under way; of rules and channels that are no more it is left out. What was measured
   * before the rules changed is not judged again by other ones.
   */
  restore(state: DeviceState): void {
    const type = this.#type;
    this.#silence.restore(state);
    this.#head = state.head ?? Number.NEGATIVE_INFINITY;
    this.#judgedAt = state.judgedAt ?? this.#head;
    this.past.restore(state.logs);
    const rest = new Map(episodesOf(state).map(([ruleId, episode]) => [episode.id, { ruleId, episode }]));
    for (const id of this.#states.restore(state.rules)) rest.delete(id);
    for (const { id } of type.silence) if (state.silence[id]) rest.delete(state.silence[id].id);
    this.#orphans = rest.size > 0 ? new Map([...rest.values()].map((one) => [one.ruleId, one.episode])) : noOrphans;
    const told = state.episodes.filter(({ alarmId: id }) => !rest.has(id)).map(restoredEpisode);
    this.#told = told.length > 0 ? new EpisodeCollector() : null;
    for (const episode of told) this.#told!.begin(episode);
    if (state.past?.layout === type.layout) this.#horizon.restore(state.past.snapshots, state.past.samples);
    else this.#forgetPast(this.#head);
  }

  /** A state of an older shape is left aside: the baseline begins anew. */
  restoreBaseline(channel: string, state: unknown): void {
    this.baselineOf(channel)?.restore(state);
  }
}
