import type { Device } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';
import type { CompiledType } from '../compile.ts';
import { DeviceJudge } from '../device-judge.ts';
import type { DeviceState } from '../device-state.ts';
import type { PeerCounter, PeerPlace, PeerQuestion, Surroundings } from '../language/surroundings.ts';
import { distanceM } from '../site/distance.ts';
import { TruthLog } from './truth-log.ts';

/** A device that has not been heard for so long is not there: it would be unknown for ever. */
const gonePastMs = 86_400_000;
/**
 * What was known is kept for so many times the lateness bound: whoever asks may be as far behind whom it counts, can be
 * judged again from so long before that, and then from what was known up to as long before.
 */
const keptLateness = 3;

/** The answers to one question, by the device that is counted. */
interface Answers {
  question: PeerQuestion;
  /** The probe's rules, with what it says noted in `log`. */
  type: CompiledType;
  log: TruthLog;
  members: Map<string, Member>;
  /** Devices whose rules ask. */
  askedBy: Map<string, { device: Device; where: PeerPlace[] }>;
  /** The longest lateness bound of all that ask and are counted, milliseconds. */
  latenessMs: number;
}

/** How many it holds for, how many are not known, and all. */
interface Count {
  holds: number;
  unknown: number;
  all: number;
}

interface Member {
  device: Device;
  around: Surroundings;
  judge: DeviceJudge;
  log: TruthLog;
}

/** What is kept of a counted device in a checkpoint. */
export interface PeerState {
  device: Device;
  /** By question. */
  answers: Record<string, { judge: DeviceState; log: { times: number[]; truths: number[] } }>;
}

/** Something changed about a device that rules of another may have counted. */
export interface PeerChange {
  deviceId: string;
  /** From this measured time on. */
  at: number;
}

/**
 * What devices say of each other: for each condition that some rule counts, what it was on each device at each of its
 * readings. The condition is a rule of its own on the counted device, so that a late reading is put in its place there
 * too; who counted it since is told to judge again.
 */
export class Peers {
  readonly #aroundOf: (device: Device) => Surroundings;
  readonly #answers = new Map<string, Answers>();
  /** Counted devices of a checkpoint that have not been needed since. */
  readonly #stored = new Map<string, PeerState>();
  /** What was counted for whole areas since the last sample: when something changes there, all in it ask the same. */
  readonly #counts = new Map<string, Count>();
  readonly #logs = new Map<string, readonly TruthLog[]>();
  readonly #changes = new Map<string, readonly number[]>();

  constructor(aroundOf: (device: Device) => Surroundings) {
    this.#aroundOf = aroundOf;
  }

  /** Takes note of what the rules of a device ask of others. */
  ask(device: Device, type: CompiledType): void {
    for (const question of type.rules.flatMap((rule) => rule.peers)) {
      const answers = this.#answersTo(question);
      answers.latenessMs = Math.max(answers.latenessMs, type.latenessMs);
      const asked = answers.askedBy.get(device.id) ?? { device, where: [] };
      asked.where.push(question.where);
      answers.askedBy.set(device.id, asked);
    }
  }

  #answersTo(question: PeerQuestion): Answers {
    const known = this.#answers.get(question.key);
    if (known) return known;
    const [rule] = question.probe.rules;
    const level = rule!.levels[0]!;
    const answers: Answers = {
      question,
      type: question.probe,
      log: new TruthLog(),
      members: new Map(),
      askedBy: new Map(),
      latenessMs: question.probe.latenessMs,
    };
    const evaluate: typeof level.when.evaluate = (context) => {
      const truth = level.when.evaluate(context);
      answers.log.set(context.now, truth);
      return truth;
    };
    const noted = { ...level, when: { ...level.when, evaluate } };
    answers.type = { ...question.probe, rules: [{ ...rule!, levels: [noted] }] };
    this.#answers.set(question.key, answers);
    for (const { device } of this.#stored.values()) if (device.type === question.type) this.#memberOf(answers, device);
    return answers;
  }

  /**
   * Takes in a sample of a device that may be counted.
   * @returns the devices that may have counted it otherwise, and since when.
   */
  take(device: Device, sample: Sample, latest: number): PeerChange[] {
    const changes: PeerChange[] = [];
    this.#counts.clear();
    this.#logs.clear();
    this.#changes.clear();
    for (const answers of this.#answers.values()) {
      if (answers.question.type !== device.type) continue;
      const member = this.#memberOf(answers, device);
      const at = sample.measuredAt;
      const { maxGapMs } = answers.question;
      const before = member.log.truthAt(at, maxGapMs);
      const heardAt = member.log.timeAt(at);
      const late = at <= member.log.timeAt(Number.POSITIVE_INFINITY);
      answers.log = member.log;
      member.judge.judge([sample], 0, latest, [], () => {});
      const now = member.log.truthAt(at, maxGapMs);
      member.log.forgetBefore(at - keptLateness * answers.latenessMs - maxGapMs);
      // The same answer goes on, unless it was forgotten meanwhile: then it is news from there on.
      const goesOn = !late && heardAt > 0 && Object.is(before, now);
      const from = goesOn ? heardAt + maxGapMs : at;
      for (const { device: asking, where } of answers.askedBy.values()) {
        if (where.some((place) => reaches(place, this.#aroundOf(asking), member.around)))
          changes.push({ deviceId: asking.id, at: from });
      }
    }
    return changes;
  }

  #memberOf(answers: Answers, device: Device): Member {
    const known = answers.members.get(device.id);
    if (known) return known;
    const around = this.#aroundOf(device);
    const kept = this.#stored.get(device.id)?.answers[answers.question.key];
    const judge = new DeviceJudge(device.id, answers.type, 0, around);
    if (kept) judge.restore(kept.judge);
    const member: Member = { device, around, judge, log: new TruthLog(kept?.log) };
    answers.members.set(device.id, member);
    return member;
  }

  /** What the rules of a device see around it, with others to count. */
  around(device: Device): Surroundings {
    const around = this.#aroundOf(device);
    around.peers = new Counter(this, around);
    return around;
  }

  /** What the devices say that are counted for a question around a place. */
  #near(question: PeerQuestion, around: Surroundings): readonly TruthLog[] {
    return remembered(this.#logs, keyOf(question, around, 0), () => {
      const members = [...(this.#answers.get(question.key)?.members.values() ?? [])];
      return members.filter((one) => reaches(question.where, around, one.around)).map(({ log }) => log);
    });
  }

  /** Counts around a place at a moment. */
  count(question: PeerQuestion, around: Surroundings, at: number): Count {
    return remembered(this.#counts, keyOf(question, around, at), () => this.#count(question, around, at));
  }

  #count(question: PeerQuestion, around: Surroundings, at: number): Count {
    const count: Count = { holds: 0, unknown: 0, all: 0 };
    const { where, maxGapMs } = question;
    // Nobody has said where its water goes: that is no number, not even none.
    if ((where === 'downstream' || where === 'upstream') && around.downstream === null) count.holds = Number.NaN;
    for (const log of this.#near(question, around)) {
      if (at - log.timeAt(at) > gonePastMs) continue;
      const truth = log.truthAt(at, maxGapMs);
      count.all++;
      if (truth === 1) count.holds++;
      else if (truth !== 0) count.unknown++;
    }
    return count;
  }

  /** When since a time the answer to a question changed on a device that is counted, in order. */
  changesSince(question: PeerQuestion, around: Surroundings, from: number): readonly number[] {
    return remembered(this.#changes, keyOf(question, around, from), () => {
      const times = new Set<number>();
      for (const log of this.#near(question, around)) log.changesSince(from, question.maxGapMs, times);
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

  /** Takes what a checkpoint kept of a counted device. */
  restore(state: PeerState): void {
    this.#stored.set(state.device.id, state);
  }
}

/** Counts for one device. */
class Counter implements PeerCounter {
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

  changesSince(questions: readonly PeerQuestion[], from: number): number[] {
    return inOrder(new Set(questions.flatMap((one) => this.#peers.changesSince(one, this.#around, from))));
  }
}

function inOrder(times: Iterable<number>): number[] {
  return [...times].sort((a, b) => a - b);
}

/** Names what is asked of a whole area; null where the answer is for one device alone. */
function keyOf({ key, where }: PeerQuestion, around: Surroundings, at: number): string | null {
  if (where !== 'grid' && where !== 'community' && where !== 'street' && where !== 'district') return null;
  return `${key} ${where} ${around.area(where)} ${at}`;
}

function remembered<T>(known: Map<string, T>, key: string | null, find: () => T): T {
  const before = key === null ? undefined : known.get(key);
  if (before !== undefined) return before;
  const found = find();
  if (key !== null) known.set(key, found);
  return found;
}

function reaches(where: PeerPlace, from: Surroundings, to: Surroundings): boolean {
  if (where === 'downstream') return from.downstream?.has(to.id) === true;
  if (where === 'upstream') return to.downstream?.has(from.id) === true;
  if (typeof where === 'string') return from.area(where) !== null && from.area(where) === to.area(where);
  return distanceM(from.latitude, from.longitude, to.latitude, to.longitude) <= where.withinM;
}
