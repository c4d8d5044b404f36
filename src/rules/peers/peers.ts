import type { Device } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';
import type { CompiledType } from '../compile.ts';
import { DeviceJudge, type DeviceState } from '../device-judge.ts';
import type { PeerCounter, PeerPlace, PeerQuestion, Surroundings } from '../language/surroundings.ts';
import { distanceM } from '../site/distance.ts';
import { TruthLog } from './truth-log.ts';

/** A device that has not been heard for so long is not there: it would be unknown for ever. */
const gonePastMs = 86_400_000;

/** The answers to one question, by the device that is counted. */
interface Answers {
  question: PeerQuestion;
  /** The probe's rules, with what it says noted in `log`. */
  type: CompiledType;
  log: TruthLog;
  members: Map<string, Member>;
  /** Devices whose rules ask. */
  askedBy: Map<string, { device: Device; where: PeerPlace[] }>;
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

  constructor(aroundOf: (device: Device) => Surroundings) {
    this.#aroundOf = aroundOf;
  }

  /** Takes note of what the rules of a device ask of others. */
  ask(device: Device, type: CompiledType): void {
    for (const question of type.rules.flatMap((rule) => rule.peers)) {
      const answers = this.#answersTo(question);
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
      member.log.forgetBefore(at - answers.type.latenessMs - maxGapMs);
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

  /** The devices that are counted for a question around a place. */
  *near({ key, where }: PeerQuestion, around: Surroundings): Iterable<TruthLog> {
    for (const { around: other, log } of this.#answers.get(key)?.members.values() ?? [])
      if (reaches(where, around, other)) yield log;
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
    this.holds = 0;
    this.unknown = 0;
    this.all = 0;
    const { where } = question;
    // Nobody has said where its water goes: that is no number, not even none.
    if ((where === 'downstream' || where === 'upstream') && this.#around.downstream === null) this.holds = Number.NaN;
    for (const log of this.#peers.near(question, this.#around)) {
      if (at - log.timeAt(at) > gonePastMs) continue;
      const truth = log.truthAt(at, question.maxGapMs);
      this.all++;
      if (truth === 1) this.holds++;
      else if (truth !== 0) this.unknown++;
    }
  }
}

function reaches(where: PeerPlace, from: Surroundings, to: Surroundings): boolean {
  if (where === 'downstream') return from.downstream?.has(to.id) === true;
  if (where === 'upstream') return to.downstream?.has(from.id) === true;
  if (typeof where === 'string') return from.area(where) !== null && from.area(where) === to.area(where);
  return distanceM(from.latitude, from.longitude, to.latitude, to.longitude) <= where.withinM;
}
