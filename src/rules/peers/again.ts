import type { AlarmEffect } from '../../model/alarm.ts';
import type { DeviceJudge } from '../device-judge.ts';

/**
 * So many devices are judged again at a tick because of others, and as many between two ticks, so that nobody waits for
 * it in a storm.
 */
const mostAgain = 50;

/** What the fold has of its devices. */
export interface AgainHost {
  judgeOf(deviceId: string): DeviceJudge | undefined;
  /** The state of a device has changed. */
  touch(judge: DeviceJudge): void;
  /** It has the entry that is folded now already: it is not judged again because of others, some of whom are behind. */
  isKept(deviceId: string): boolean;
}

/** Devices that are judged again because something is otherwise around them. */
export class Again {
  readonly #host: AgainHost;
  /** Those that wait for it, and since when; those that have waited longest first. */
  readonly #waiting = new Map<string, number>();
  /** Those that were judged again since the last tick. */
  readonly #done = new Set<string>();

  constructor(host: AgainHost) {
    this.#host = host;
  }

  /**
   * A truth has changed. What is news to a device is judged at once; of what is in its past only the first since the last
   * tick is, since all of it comes to one judgement at the next.
   */
  soon(deviceId: string, at: number, receivedAt: number, effects: AlarmEffect[]): void {
    const judge = this.#host.judgeOf(deviceId);
    if (!judge || this.#host.isKept(deviceId)) return;
    if (at <= judge.judgedAt) {
      if (this.#done.has(deviceId) || this.#done.size >= mostAgain) {
        this.later(deviceId, at);
        return;
      }
      this.#done.add(deviceId);
    }
    if (judge.aroundChanged(at, receivedAt, effects)) this.#host.touch(judge);
  }

  /** What a device was told by others has changed since a time: it is judged at a tick, for all that changed until then. */
  later(deviceId: string, at: number): void {
    const judge = this.#host.judgeOf(deviceId);
    // It has not looked at that time yet.
    if (!judge || at > judge.judgedAt || this.#host.isKept(deviceId)) return;
    this.#waiting.set(deviceId, Math.min(at, this.#waiting.get(deviceId) ?? Number.POSITIVE_INFINITY));
    this.#host.touch(judge);
  }

  /** A device moves on to a newer sample: what would then lie behind its lateness bound is judged before. */
  moveOn(deviceId: string, to: number, judge: DeviceJudge, receivedAt: number, effects: AlarmEffect[]): void {
    if (this.#waiting.size > 0 && to > judge.head) this.#judge(deviceId, receivedAt, effects);
  }

  tick(at: number, effects: AlarmEffect[]): void {
    this.#done.clear();
    this.#judgeMost(mostAgain, at, effects);
  }

  /** Judges all that wait: nothing more will come. */
  settle(at: number, effects: AlarmEffect[]): void {
    this.#judgeMost(Number.POSITIVE_INFINITY, at, effects);
  }

  #judgeMost(most: number, at: number, effects: AlarmEffect[]): void {
    let left = most;
    for (const deviceId of this.#waiting.keys()) {
      if (this.#host.isKept(deviceId)) continue;
      if (left-- === 0) return;
      this.#judge(deviceId, at, effects);
    }
  }

  #judge(deviceId: string, at: number, effects: AlarmEffect[]): void {
    const from = this.#waiting.get(deviceId);
    if (from === undefined || this.#host.isKept(deviceId)) return;
    this.#waiting.delete(deviceId);
    const judge = this.#host.judgeOf(deviceId);
    if (!judge) return;
    this.#host.touch(judge);
    judge.aroundChanged(from, at, effects);
  }

  /** Since when a device waits; undefined when it does not. */
  waitsSince(deviceId: string): number | undefined {
    return this.#waiting.get(deviceId);
  }

  /** Takes what a checkpoint kept. */
  restore(deviceId: string, since: number): void {
    this.#waiting.set(deviceId, since);
  }
}
