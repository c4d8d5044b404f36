import type { AlarmEffect } from '../model/alarm.ts';
import type { DeviceJudge } from './device-judge.ts';

/**
 * Gateways that devices come in through alone. Each is a device itself, with a rule of silence of its own: it is heard
 * whenever one behind it is. Of those behind it silence is counted only as long as it is heard, so that one alarm is told
 * when it fails, and not a hundred.
 */
export class Gateways {
  readonly #judges: ReadonlyMap<string, DeviceJudge>;
  /** Those that were heard after a restart before they were needed. */
  readonly #waiting = new Map<string, { listened: number; receivedAt: number }>();

  /** @param judges by id of the device. */
  constructor(judges: ReadonlyMap<string, DeviceJudge>) {
    this.#judges = judges;
  }

  /**
   * A device was heard.
   * @param wasSilent whether it was silent itself until then.
   * @param listened listening time, see `Fold`.
   * @returns ids of other devices whose state has changed by it.
   */
  hear(
    judge: DeviceJudge,
    wasSilent: boolean,
    listened: number,
    receivedAt: number,
    effects: AlarmEffect[],
  ): readonly string[] {
    const { around } = judge;
    if (around.gateway === null) return wasSilent ? this.#listenBehind(around.behind, listened) : none;
    const gateway = this.#judges.get(around.gateway);
    if (gateway) return this.#hearThrough(around.gateway, gateway, listened, receivedAt, effects);
    this.#waiting.set(around.gateway, { listened, receivedAt });
    return none;
  }

  /** A device is about to be judged at a tick: it may be a gateway that was heard before it was needed. */
  meet(id: string, judge: DeviceJudge, effects: AlarmEffect[]): readonly string[] {
    if (this.#waiting.size === 0) return none;
    const heard = this.#waiting.get(id);
    if (!heard) return none;
    this.#waiting.delete(id);
    return this.#hearThrough(id, judge, heard.listened, heard.receivedAt, effects);
  }

  #hearThrough(
    id: string,
    gateway: DeviceJudge,
    listened: number,
    receivedAt: number,
    effects: AlarmEffect[],
  ): readonly string[] {
    const wasSilent = gateway.silence.device;
    if (!gateway.silence.hearThrough(listened, receivedAt, effects)) return none;
    return wasSilent ? [id, ...this.#listenBehind(gateway.around.behind, listened)] : [id];
  }

  /** Those behind it could not be heard until now: their own silence begins here. */
  #listenBehind(ids: readonly string[], listened: number): readonly string[] {
    for (const id of ids) this.#judges.get(id)?.silence.listenFrom(listened);
    return ids;
  }

  /** Until when a device could have been heard, listening time: until its gateway was last heard, or now. */
  listenedTo({ around }: DeviceJudge, listened: number): number {
    const gateway = around.gateway === null ? undefined : this.#judges.get(around.gateway);
    return gateway ? Math.min(listened, gateway.silence.heardAt) : listened;
  }
}

const none: readonly never[] = [];
