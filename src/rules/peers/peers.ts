import type { Baseline } from '../../baseline/baseline.ts';
import { type Device, standsAs } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';
import type { CompiledType } from '../compile.ts';
import { mayBeginBy } from '../compile-rule.ts';
import { DeviceJudge } from '../device-judge.ts';
import type { DeviceState } from '../device-state.ts';
import type { PeerCounter, PeerQuestion, Surroundings } from '../language/surroundings.ts';
import { newestTime } from '../windows/memory.ts';
import { AnswerLog, type AnswerLogState } from './answer-log.ts';
import { Everyone } from './everyone.ts';
import { Nearest } from './nearest.ts';
import type { PeerFinder } from './standing.ts';

/** A device that has not been heard for so long is not there: it would be unknown for ever. */
const gonePastMs = 86_400_000;
/**
 * What was known is kept for so many times the lateness bound: whoever asks may be as far behind whom it asks, can be
 * judged again from so long before that, and then from what was known up to as long before.
 */
const keptLateness = 3;

/** The answers to one question, by the device that is asked. */
interface Answers {
  question: PeerQuestion;
  /** The probe's rules, with what they say noted in `log`. */
  type: CompiledType;
  log: AnswerLog;
  members: Map<string, Member>;
  finder: PeerFinder<Member>;
  /** The longest lateness bound of all that ask and are asked, milliseconds. */
  latenessMs: number;
}

/** How many it holds for, how many are not known, and all. */
interface Count {
  holds: number;
  unknown: number;
  all: number;
}

const noNumber: Count = { holds: Number.NaN, unknown: 0, all: 0 };

interface Member {
  device: Device;
  around: Surroundings;
  judge: DeviceJudge;
  log: AnswerLog;
}

/** What is kept of a device that is asked in a checkpoint. */
export interface PeerState {
  device: Device;
  /** By question. */
  answers: Record<string, { judge: DeviceState; log: AnswerLogState }>;
}

/** Something changed about a device that rules of another may have asked. */
export interface PeerChange {
  deviceId: string;
  /** From this measured time on. */
  at: number;
  /** Whether it is a truth that changed, and not only a value, as it does with nearly every reading. */
  soon: boolean;
}

/** What a fold knows of its devices that they can be asked for. */
export interface PeerSources {
  aroundOf(device: Device): Surroundings;
  baselineOf(device: Device, channel: string): Baseline | undefined;
}

/**
 * What devices say of each other: for each condition that some rule counts and each value that it compares with, what it
 * was on each device at each of its readings. It is a rule of its own on the device that is asked, so that a late reading
 * is put in its place there too; who asked since is told to judge again.
 */
export class Peers {
  readonly #sources: PeerSources;
  readonly #answers = new Map<string, Answers>();
  /** Asked devices of a checkpoint that have not been needed since. */
  readonly #stored = new Map<string, PeerState>();
  #expected: Iterable<Device>;
  /** What was found since the last sample: when something changes in an area, all that stand there ask the same. */
  readonly #counts: Found<Count> = new Map();
  readonly #changes: Found<readonly number[]> = new Map();

  /** @param expected the devices that are there. */
  constructor(sources: PeerSources, expected: Iterable<Device>) {
    this.#sources = sources;
    this.#expected = expected;
  }

  /** Takes note of what the rules of a device ask of others. */
  ask(device: Device, type: CompiledType): void {
    for (const question of type.rules.flatMap((rule) => rule.peers)) {
      const answers = this.#answersTo(question);
      answers.latenessMs = Math.max(answers.latenessMs, type.latenessMs);
      answers.finder.ask({ where: question.where, from: this.#sources.aroundOf(device) });
    }
  }

  #answersTo(question: PeerQuestion): Answers {
    const known = this.#answers.get(question.key);
    if (known) return known;
    const { probe } = question;
    const answers: Answers = {
      question,
      type: probe,
      log: new AnswerLog(question.maxGapMs),
      members: new Map(),
      finder: question.measure === null ? new Everyone() : new Nearest(),
      latenessMs: probe.latenessMs,
    };
    answers.type = noting(question, (at, answer) => answers.log.set(at, answer));
    this.#answers.set(question.key, answers);
    for (const device of this.#expected) this.#meet(answers, device);
    for (const { device } of this.#stored.values()) if (!answers.members.has(device.id)) this.#meet(answers, device);
    return answers;
  }

  /**
   * Takes in a sample of a device that may be asked.
   * @param latest nobody has been judged for a later time.
   * @returns the devices that may have asked it otherwise, and since when.
   */
  take(device: Device, sample: Sample, latest: number): PeerChange[] {
    const changes: PeerChange[] = [];
    this.#forgetFound();
    for (const answers of this.#answers.values()) {
      if (answers.question.type !== device.type) continue;
      const member = this.#memberOf(answers, device);
      const at = sample.measuredAt;
      const { maxGapMs, measure } = answers.question;
      const before = member.log.answerAt(at);
      const heardAt = member.log.timeAt(at);
      const late = at <= member.log.timeAt(Number.POSITIVE_INFINITY);
      const said = late ? member.log.since(at) : null;
      answers.log = member.log;
      member.judge.judge([sample], 0, latest, [], []);
      const now = member.log.answerAt(at);
      // The same answer goes on, unless it was forgotten meanwhile: then it is news from there on.
      const goesOn = !late && heardAt > 0 && Object.is(before, now);
      // A late one mostly says what was known already.
      const from = said ? member.log.differsFrom(said, at, gonePastMs) : goesOn ? heardAt + maxGapMs : at;
      member.log.forgetBefore(at - keptLateness * answers.latenessMs - maxGapMs);
      // Nobody can have been judged for that time yet.
      if (from > latest || from === Number.POSITIVE_INFINITY) continue;
      for (const deviceId of answers.finder.askersOf(member))
        changes.push({ deviceId, at: from, soon: measure === null });
    }
    return changes;
  }

  /** The devices that ask this one, and whether for a truth. */
  askersOf(device: Device): Pick<PeerChange, 'deviceId' | 'soon'>[] {
    this.#forgetFound();
    return [...this.#answers.values()].flatMap((answers) => {
      const member = answers.members.get(device.id);
      const soon = answers.question.measure === null;
      return member ? Array.from(answers.finder.askersOf(member), (deviceId) => ({ deviceId, soon })) : [];
    });
  }

  #forgetFound(): void {
    // To clear a map makes a new one.
    if (this.#counts.size > 0) this.#counts.clear();
    if (this.#changes.size > 0) this.#changes.clear();
  }

  /**
   * Takes note of the devices that are there. Who the nearest are must not depend on which of them were heard first.
   */
  expect(devices: Iterable<Device>): void {
    this.#expected = devices;
    let moved = false;
    for (const device of devices)
      for (const answers of this.#answers.values()) if (this.#meet(answers, device)) moved = true;
    if (moved) this.regroup();
  }

  /** @returns whether it is known, and stands elsewhere than a checkpoint has it: it was moved while we were down. */
  #meet(answers: Answers, device: Device): boolean {
    if (device.type !== answers.question.type) return false;
    const member = this.#memberOf(answers, device);
    if (member.device === device || standsAs(member.device, device)) return false;
    Object.assign(member.device, device);
    return true;
  }

  #memberOf(answers: Answers, device: Device): Member {
    const known = answers.members.get(device.id);
    if (known) return known;
    const around = this.#sources.aroundOf(device);
    around.baselineOf = (channel) => this.#sources.baselineOf(device, channel);
    const kept = this.#stored.get(device.id)?.answers[answers.question.key];
    const judge = new DeviceJudge(device.id, answers.type, 0, around);
    if (kept) judge.restore(kept.judge);
    const member: Member = { device, around, judge, log: new AnswerLog(answers.question.maxGapMs, kept?.log) };
    answers.members.set(device.id, member);
    answers.finder.add(member);
    return member;
  }

  /** What the rules of a device see around it, with others to ask. */
  around(device: Device): Surroundings {
    const around = this.#sources.aroundOf(device);
    around.peers = new Asking(this, around);
    return around;
  }

  /** Areas may be others than they were. */
  regroup(): void {
    this.#forgetFound();
    for (const { finder } of this.#answers.values()) finder.regroup();
  }

  /** The devices that are asked around a place; null where it is not known which they are. */
  #near({ key, where }: PeerQuestion, around: Surroundings): readonly Member[] | null {
    return this.#answers.get(key)?.finder.membersFor({ where, from: around }) ?? null;
  }

  /** Counts around a place at a moment. */
  count(question: PeerQuestion, around: Surroundings, at: number): Count {
    const near = this.#near(question, around);
    // Nobody has said where its water goes: that is no number, not even none.
    if (near === null) return noNumber;
    return remembered(this.#counts, near, at, () => countAt(near, at));
  }

  /** What those around a device say at a moment, in order; null where it is not known who they are. */
  values(question: PeerQuestion, around: Surroundings, at: number): readonly number[] | null {
    const near = this.#near(question, around);
    if (near === null) return null;
    const values = near.map(({ log }) => log.answerAt(at));
    return values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  }

  /** Ids of those around a device of which the answer is not known at a moment. */
  lacking(question: PeerQuestion, around: Surroundings, at: number): readonly string[] {
    const near = this.#near(question, around) ?? [];
    return near.filter(({ log }) => isThere(log, at) && Number.isNaN(log.answerAt(at))).map(({ device }) => device.id);
  }

  /** When since a time the answer to a question changed on a device that is asked, in order. */
  changesSince(question: PeerQuestion, around: Surroundings, from: number): readonly number[] {
    const near = this.#near(question, around);
    if (near === null) return [];
    return remembered(this.#changes, near, from, () => {
      const times = new Set<number>();
      for (const { log } of near) log.changesSince(from, times);
      return inOrder(times);
    });
  }

  state(deviceId: string): PeerState | null {
    let state: PeerState | null = null;
    for (const { question, members } of this.#answers.values()) {
      const member = members.get(deviceId);
      if (!member) continue;
      state ??= { device: member.device, answers: {} };
      state.answers[question.key] = { judge: member.judge.state(), log: member.log.state() };
    }
    return state;
  }

  /** Takes what a checkpoint kept of a device that is asked. */
  restore(state: PeerState): void {
    this.#stored.set(state.device.id, state);
  }
}

/** Asks for one device. */
class Asking implements PeerCounter {
  holds = 0;
  unknown = 0;
  all = 0;
  readonly #peers: Peers;
  readonly #around: Surroundings;

  constructor(peers: Peers, around: Surroundings) {
    this.#peers = peers;
    this.#around = around;
  }

  count(question: PeerQuestion, at: number): void {
    const { holds, unknown, all } = this.#peers.count(question, this.#around, at);
    this.holds = holds;
    this.unknown = unknown;
    this.all = all;
  }

  values(question: PeerQuestion, at: number): readonly number[] | null {
    return this.#peers.values(question, this.#around, at);
  }

  lacking(question: PeerQuestion, at: number): readonly string[] {
    return this.#peers.lacking(question, this.#around, at);
  }

  changesSince(questions: readonly PeerQuestion[], from: number): number[] {
    // Values change with nearly every reading: a rule looks at them when its own device reports.
    const counted = questions.filter(({ measure }) => measure === null);
    return inOrder(new Set(counted.flatMap((one) => this.#peers.changesSince(one, this.#around, from))));
  }
}

/** The probe of a question, whose answers are noted instead of making alarms. */
function noting({ probe, measure, maxGapMs }: PeerQuestion, note: (at: number, answer: number) => void): CompiledType {
  const [rule] = probe.rules;
  const [level] = rule!.levels;
  const asked = level!.when.evaluate;
  const { channels } = rule!;
  const evaluate: typeof asked = (context) => {
    const { now } = context;
    // A sum of nothing is 0, of a channel that is not there as well: that says nothing about its device.
    const evident =
      measure === null || channels.every((channel) => now - newestTime(context.past, channel) <= maxGapMs);
    note(now, evident ? asked(context) : Number.NaN);
    return 0;
  };
  // Also that it is not true is an answer, which may be unknown instead.
  const levels = [{ ...level!, when: { ...level!.when, evaluate, may: null } }];
  return { ...probe, rules: [{ ...rule!, levels, mayBegin: mayBeginBy(levels) }] };
}

function inOrder(times: Iterable<number>): number[] {
  return [...times].sort((a, b) => a - b);
}

/** Whether a device was heard lately enough to be counted. */
function isThere(log: AnswerLog, at: number): boolean {
  return at - log.timeAt(at) <= gonePastMs;
}

function countAt(near: readonly Member[], at: number): Count {
  const count: Count = { holds: 0, unknown: 0, all: 0 };
  for (const { log } of near) {
    if (!isThere(log, at)) continue;
    const truth = log.answerAt(at);
    count.all++;
    if (truth === 1) count.holds++;
    else if (truth !== 0) count.unknown++;
  }
  return count;
}

/** By those that were asked, all of an area in one list, and a time. */
type Found<T> = Map<readonly Member[], Map<number, T>>;

function remembered<T>(known: Found<T>, near: readonly Member[], at: number, find: () => T): T {
  let times = known.get(near);
  if (!times) {
    times = new Map();
    known.set(near, times);
  }
  const before = times.get(at);
  if (before !== undefined) return before;
  const found = find();
  times.set(at, found);
  return found;
}
