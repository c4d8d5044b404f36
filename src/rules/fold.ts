import type { NormalBand } from '../baseline/baseline.ts';
import type { Deviation } from '../baseline/deviation.ts';
import type { AlarmEffect } from '../model/alarm.ts';
import type { BaselineWord } from '../model/baseline-word.ts';
import type { Device } from '../model/device.ts';
import type { Sample } from '../model/sample.ts';
import { wrongBeyondMs } from '../shared/wrong-beyond.ts';
import type { CompiledType, SilenceRule } from './compile.ts';
import { DeviceJudge } from './device-judge.ts';
import { type DeviceState, endStored } from './device-state.ts';
import { type FoldClock, restoredClock } from './fold-clock.ts';
import { Gateways } from './gateways.ts';
import { Judges } from './judges.ts';
import type { AroundOf, Surroundings } from './language/surroundings.ts';
import { Lenders } from './lenders.ts';
import { Again } from './peers/again.ts';
import { type PeerChange, type PeerState, Peers } from './peers/peers.ts';
import type { RulesOf } from './rules-of.ts';
import { Places } from './site/places.ts';
import { currentState } from './state-before-event-time.ts';

/** A town that has said nothing about itself. */
const untold = new Places();
const anywhere: AroundOf = (device) => untold.around(device);

const nothing: readonly never[] = [];

/** Devices to look ahead for at a time: what is known of so many stays near until they are judged. */
export const together = 64;

/** Between two ticks further apart than this we were not listening, and nobody can be blamed for silence. */
const longestTickMs = 5_000;

/**
 * The rule engine: a fold over samples and ticks that says what happens to alarms. It has no clock and does no I/O, so
 * that the same code is the live engine, its recovery after a crash and every test.
 */
export class Fold {
  readonly #rulesOf: RulesOf;
  readonly #maxFutureMs: number;
  readonly #aroundOf: AroundOf;
  readonly #judges = new Judges();
  readonly #gateways = new Gateways(this.#judges);
  /** Those of which something has changed, each once: its judge knows the number of the checkpoint that it is noted for. */
  #touched: string[] = [];
  /** Number of the checkpoint that will have what is touched now. */
  #checkpoint = 1;
  /** Device → channels whose baseline learnt something that no checkpoint has. */
  readonly #learnt = new Map<string, Set<string>>();
  /** State of devices that have not been needed since the start. */
  readonly #stored = new Map<string, unknown>();
  /** Devices that others ask; null while no rule does. */
  #peers: Peers | null = null;
  #storedPeers: PeerState[] = [];
  /**
   * Says of which devices the state was kept later than the entry that is folded now: it has that entry already. Those
   * are not judged again because of others, of whom some are still behind.
   */
  isKept: (deviceId: string) => boolean = () => false;
  readonly #again = new Again({
    judgeOf: (id) => this.#judges.get(id),
    touch: (judge) => this.#touch(judge),
    isKept: (id) => this.isKept(id),
  });
  readonly #lenders = new Lenders((id) => this.#judges.get(id));
  #clock: FoldClock = { lastTickAt: Number.NaN, listenedMs: 0 };
  #stale = 0;
  /** The devices that should be heard from, as of the last tick; null before the first one. */
  #expected: Iterable<Device> | null = null;

  /**
   * @param maxFutureMs how far ahead of its receipt a sample may have been measured.
   * @param aroundOf what is known around a device that it does not measure itself.
   */
  constructor(rulesOf: RulesOf, maxFutureMs = Number.POSITIVE_INFINITY, aroundOf: AroundOf = anywhere) {
    this.#rulesOf = rulesOf;
    this.#maxFutureMs = maxFutureMs;
    this.#aroundOf = aroundOf;
  }

  /** Values so far that were as old as, or older than, what was known already: repeated or late. */
  get stale(): number {
    return this.#stale;
  }

  /** For how long it has listened, milliseconds: what the silence of a device is measured in. */
  get listenedMs(): number {
    return this.#clock.listenedMs;
  }

  /** A copy of what is known of a device, baselines apart; null when its type is not there. */
  stateOf(device: Device): DeviceState | null {
    return structuredClone(this.#judgeOf(device)?.state() ?? null);
  }

  /** After how long without a word a rule says now that a device is silent, milliseconds. */
  silentAfterMs(deviceId: string, rule: SilenceRule): number {
    return this.#judges.get(deviceId)?.silence.allowed(rule) ?? rule.silentForMs;
  }

  /** Judges a device from another state on, without a word about alarms; its baselines stay as they are. */
  replaceState(device: Device, state: DeviceState): void {
    const before = this.#judgeOf(device);
    const type = this.#rulesOf(device);
    if (!before || !type) return;
    const judge = new DeviceJudge(device.id, type, this.#clock.listenedMs, this.#around(device, type));
    judge.restore(structuredClone(state));
    for (const channel of type.baselines) {
      const name = type.channelNames[channel]!;
      judge.restoreBaseline(name, before.baselineOf(name)!.state());
    }
    this.#replace(device, before, judge);
  }

  /** Has a device judged by another one from here on. */
  #replace(device: Device, before: DeviceJudge, judge: DeviceJudge): void {
    judge.touchedIn = before.touchedIn;
    this.#judges.set(device, judge);
    this.#touch(judge);
  }

  /** Notes that something has changed which no checkpoint has yet. */
  #touch(judge: DeviceJudge): void {
    if (judge.touchedIn === this.#checkpoint) return;
    judge.touchedIn = this.#checkpoint;
    this.#touched.push(judge.deviceId);
  }

  /**
   * Looks at what is known of devices that are to be judged soon, and does nothing else. With very many of them that is
   * far from the processor: it fetches it for all of them at a time, where one by one each would wait for its own.
   * @param devices some dozens, see `together`.
   */
  lookAhead(devices: readonly Device[]): void {
    this.#judges.lookAhead(devices);
  }

  /** Judges a sample of a device; what it does to alarms is added to `effects`. */
  sample(device: Device, sample: Sample, effects: AlarmEffect[]): void {
    this.samples(device, [sample], effects);
  }

  /** The same for all that came in one frame, in the order in which it was measured. */
  samples(device: Device, samples: readonly Sample[], effects: AlarmEffect[]): void {
    const judge = this.#judgeOf(device);
    if (!judge || samples.length === 0) return;
    const { receivedAt } = samples[0]!;
    const latest = receivedAt + wrongBeyondMs(this.#maxFutureMs);
    const newest = samples[samples.length - 1]!;
    this.#again.moveOn(device.id, newest.measuredAt, judge, receivedAt, effects);
    for (const channel of judge.blankChannels(newest))
      if (this.#lenders.lendTo(device, channel, newest.measuredAt)) this.#noteLearnt(device, channel);
    // All that came in the frame is known to those who count it before anybody is judged for it.
    const changes = this.#peers ? samples.flatMap((sample) => this.#peers!.take(device, sample, latest)) : nothing;
    const { judgedAt } = judge;
    const learnt: string[] = [];
    this.#stale += judge.judge(samples, this.#clock.listenedMs, latest, effects, learnt);
    for (const channel of learnt) this.#noteLearnt(device, channel);
    this.#touch(judge);
    this.#hearGateway(judge, receivedAt, effects);
    if (changes.length > 0) this.#judgeAsking(device, changes, judgedAt, receivedAt, effects);
  }

  #hearGateway(judge: DeviceJudge, receivedAt: number, effects: AlarmEffect[]): void {
    const gateway = this.#gateways.hear(judge, this.#clock.listenedMs, receivedAt, effects);
    if (gateway !== null) this.#touch(gateway);
  }

  /**
   * Takes what came in a frame that the state of its device has already, since it was kept later than that of others: its
   * gateway and those who asked that device had not seen it.
   */
  samplesAgain(device: Device, samples: readonly Sample[], effects: AlarmEffect[]): void {
    const judge = this.#judgeOf(device);
    if (!judge || samples.length === 0) return;
    const { measuredAt: at, receivedAt } = samples[0]!;
    this.#hearGateway(judge, receivedAt, effects);
    if (!this.#peers) return;
    for (const { deviceId, soon } of this.#peers.askersOf(device)) {
      if (soon) this.#again.soon(deviceId, at, receivedAt, effects);
      else this.#again.later(deviceId, at);
    }
  }

  /** Judges those who count devices that have changed. @param judgedAt of this device, before its own newest samples. */
  #judgeAsking(
    device: Device,
    changes: readonly PeerChange[],
    judgedAt: number,
    receivedAt: number,
    effects: AlarmEffect[],
  ): void {
    const since = new Map<string, number>();
    // Its own newest samples have just been judged.
    for (const { deviceId, at, soon } of changes)
      if (!soon) this.#again.later(deviceId, at);
      else if (deviceId !== device.id || at <= judgedAt)
        since.set(deviceId, Math.min(at, since.get(deviceId) ?? Number.POSITIVE_INFINITY));
    for (const [deviceId, at] of since) this.#again.soon(deviceId, at, receivedAt, effects);
  }

  /** Judges all that waits for the next ticks: nothing more will come. */
  settle(at: number, effects: AlarmEffect[]): void {
    this.#again.settle(at, effects);
  }

  /** Areas are others from here on: who stands in them is found anew. */
  placesChanged(): void {
    this.#peers?.regroup();
  }

  /** What is around a device, with other devices to ask where its rules do. */
  #around(device: Device, type: CompiledType): Surroundings {
    if (!type.rules.some((rule) => rule.peers.length > 0)) return this.#aroundOf(device);
    this.#peers ??= new Peers(
      {
        aroundOf: this.#aroundOf,
        baselineOf: (asked, channel) => this.#judgeOf(asked)?.baselineOf(channel),
      },
      this.#expected ?? [],
    );
    for (const state of this.#storedPeers.splice(0)) this.#peers.restore(state);
    this.#peers.ask(device, type);
    return this.#peers.around(device);
  }

  #noteLearnt(device: Device, channel: string): void {
    const channels = this.#learnt.get(device.id);
    if (channels) channels.add(channel);
    else this.#learnt.set(device.id, new Set([channel]));
    this.#lenders.note(device, channel);
  }

  /**
   * Makes it known which devices are there, after a checkpoint was taken and before anything is judged: what one of them
   * says before the first tick is heard by those who ask it, also when these have said nothing yet.
   */
  meet(devices: Iterable<Device>): void {
    for (const device of devices)
      if (this.#rulesOf(device)?.rules.some((rule) => rule.peers.length > 0)) this.#judgeOf(device);
    this.#peers?.expect(devices);
  }

  /** Lets time pass: `devices` that should be heard from are judged for silence. */
  tick(at: number, devices: Iterable<Device>, effects: AlarmEffect[]): void {
    const { lastTickAt } = this.#clock;
    if (at > lastTickAt) this.#clock.listenedMs += Math.min(at - lastTickAt, longestTickMs);
    // After a clock that was set back, time goes on from the new one.
    this.#clock.lastTickAt = at;
    if (devices !== this.#expected) this.#expect(devices, at, effects);
    for (const device of devices) {
      const judge = this.#judgeOf(device);
      if (judge?.judgeSilence(this.#gateways.audible(judge, this.#clock.listenedMs), at, effects)) this.#touch(judge);
    }
    this.#again.tick(at, effects);
  }

  /**
   * Takes note of which devices are active. One that no longer is has no alarms any more, since nothing could ever end
   * them; one that is again could not be heard before, so its silence begins now.
   */
  #expect(devices: Iterable<Device>, at: number, effects: AlarmEffect[]): void {
    const before = this.#expected && new Set(Array.from(this.#expected, (device) => device.id));
    this.#expected = devices;
    this.#peers?.expect(devices);
    const active = new Set(Array.from(devices, (device) => device.id));
    for (const [id, judge] of this.#judges) {
      if (!active.has(id) && judge.endAll(at, effects)) this.#touch(judge);
    }
    for (const [key, state] of this.#stored) {
      const [kind, id] = key.split('/') as [string, string];
      // Disabled while we were down. The ledger takes an end that it has already for nothing new.
      if (kind === 'device' && !active.has(id)) endStored(state as DeviceState, at, effects);
    }
    // Gateways are there before any of those behind them is judged.
    for (const device of devices) {
      const judge = this.#judgeOf(device);
      if (judge && this.#gateways.meet(device.id, judge, effects)) this.#touch(judge);
    }
    if (!before) return;
    for (const device of devices) {
      const judge = before.has(device.id) ? null : this.#judgeOf(device);
      if (!judge) continue;
      judge.silence.listenFrom(this.#clock.listenedMs);
      this.#touch(judge);
    }
  }

  /** What is normal for a channel at the given times; a time is left out where too little is known. */
  normal(device: Device, channel: string, times: readonly number[]): NormalBand[] {
    const baseline = this.#judgeOf(device)?.baselineOf(channel);
    if (!baseline) return [];
    return times.flatMap((at) => {
      const normal = baseline.normal(at);
      return normal ? [{ at, ...normal }] : [];
    });
  }

  /** The baseline of a device's channel goes by what a person said from here on. */
  hear(device: Device, word: BaselineWord): void {
    const judge = this.#judgeOf(device);
    if (!judge?.hear(word)) return;
    this.#touch(judge);
    this.#noteLearnt(device, word.channel);
  }

  /** The devices from which a channel's baseline is borrowed; none once it has its own, or nothing at all. */
  borrowedFrom(device: Device, channel: string): readonly string[] {
    return this.#judgeOf(device)?.baselineOf(channel)?.borrowedFrom ?? [];
  }

  /** The newest time in which a channel was unusual; null when there was none yet. */
  deviation(device: Device, channel: string): Deviation | null {
    return this.#judgeOf(device)?.baselineOf(channel)?.deviation ?? null;
  }

  #judgeOf(device: Device): DeviceJudge | null {
    const known = this.#judges.of(device);
    const type = this.#rulesOf(device);
    if (known && (known.type === type || !type)) return known;
    if (!type) return null;
    if (known) return this.#changeRules(device, known, type);
    const judge = new DeviceJudge(device.id, type, this.#clock.listenedMs, this.#around(device, type));
    const state = this.#take<DeviceState>(deviceKey(device.id));
    if (state) judge.restore(currentState(state));
    if (state?.again !== undefined) this.#again.restore(device.id, state.again);
    for (const channel of type.baselines) {
      const name = type.channelNames[channel]!;
      const learnt = this.#take<unknown>(baselineKey(device.id, name));
      if (learnt) judge.restoreBaseline(name, learnt);
    }
    this.#judges.set(device, judge);
    for (const channel of type.baselines) this.#lenders.note(device, type.channelNames[channel]!);
    // So that its silence counts from now on, also across a restart.
    if (!state) this.#touch(judge);
    return judge;
  }

  /** The rules of a device are others from here on: what did not change about them goes on. */
  #changeRules(device: Device, known: DeviceJudge, type: CompiledType): DeviceJudge {
    const judge = new DeviceJudge(device.id, type, this.#clock.listenedMs, this.#around(device, type));
    judge.restore(known.state());
    for (const channel of type.baselines) {
      const name = type.channelNames[channel]!;
      const learnt = known.baselineOf(name)?.state();
      if (learnt) judge.restoreBaseline(name, learnt);
    }
    this.#replace(device, known, judge);
    return judge;
  }

  #take<T>(key: string): T | undefined {
    const state = this.#stored.get(key) as T | undefined;
    this.#stored.delete(key);
    return state;
  }

  /** Times as they are now, for the checkpoint that begins here. */
  get clock(): { key: string; state: unknown } {
    return { key: 'clock', state: { ...this.#clock } };
  }

  /** The devices of which something changed that no checkpoint has yet; from now on others are noted anew. */
  takeTouched(): readonly string[] {
    const touched = this.#touched;
    this.#touched = [];
    this.#checkpoint++;
    return touched;
  }

  /** What a checkpoint keeps of a device: its state, and its baselines that learnt something. */
  partsOf(deviceId: string): { key: string; state: unknown }[] {
    const judge = this.#judges.get(deviceId);
    if (!judge) return [];
    const again = this.#again.waitsSince(deviceId);
    const state: DeviceState = again === undefined ? judge.state() : { ...judge.state(), again };
    const parts: { key: string; state: unknown }[] = [{ key: deviceKey(deviceId), state }];
    for (const channel of this.#learnt.get(deviceId) ?? [])
      parts.push({ key: baselineKey(deviceId, channel), state: judge.baselineOf(channel)!.state() });
    this.#learnt.delete(deviceId);
    const peers = this.#peers?.state(deviceId);
    if (peers) parts.push({ key: peersPrefix + deviceId, state: peers });
    return parts;
  }

  /** Takes one part of a checkpoint; to be called for all of them before anything is judged. */
  restore(key: string, state: unknown): void {
    if (key === 'clock') this.#clock = restoredClock(state as FoldClock);
    else if (key.startsWith(peersPrefix)) this.#storedPeers.push(state as PeerState);
    else this.#stored.set(key, state);
  }
}

/** Key of a device's state in a checkpoint. */
export const deviceKey = (id: string) => `device/${id}`;
const peersPrefix = 'peers/';
/** What the key of a baseline's state in a checkpoint begins with. */
export const baselinePrefix = 'baseline/';
const baselineKey = (id: string, channel: string) => `${baselinePrefix}${id}/${channel}`;
