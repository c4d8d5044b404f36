import type { AlarmEffect } from '../model/alarm.ts';
import type { DeviceJudge } from './device-judge.ts';
import type { Judges } from './judges.ts';

/** The time in which a device could have been heard, listening time; see `Fold`. */
export interface Audible {
  /** Before, it could not be. */
  from: number;
  /** Until now, or until its gateway was last heard. */
  to: number;
}

/**
 * Gateways that devices come in through alone. Each is a device itself, with a rule of silence of its own: it is heard
 * whenever one behind it is. Of those behind it silence is counted only as long as it is heard, and anew when it is back
 * after it was silent, so that one alarm is told when it fails, and not a hundred.
 */
export class Gateways {
  readonly #judges: Judges;
  /** Those that were heard after a restart before they were needed. */
  readonly #waiting = new Map<string, { listened: number; receivedAt: number }>();

  constructor(judges: Judges) {
    this.#judges = judges;
  }

  /**
   * A device was heard.
   * @param listened listening time.
   * @returns its gateway where that is news of it.
   */
  hear({ gateway: id }: DeviceJudge, listened: number, receivedAt: number, effects: AlarmEffect[]): DeviceJudge | null {
    if (id === null) return null;
    const gateway = this.#judges.get(id);
    if (gateway) return gateway.silence.hearThrough(listened, receivedAt, effects) ? gateway : null;
    this.#waiting.set(id, { listened, receivedAt });
    return null;
  }

  /** A device is there: it may be a gateway that was heard before it was needed. @returns whether that is news of it. */
  meet(id: string, { silence }: DeviceJudge, effects: AlarmEffect[]): boolean {
    const heard = this.#waiting.get(id);
    this.#waiting.delete(id);
    return heard !== undefined && silence.hearThrough(heard.listened, heard.receivedAt, effects);
  }

  /** When a device could have been heard. @param listened listening time now. */
  audible({ gateway: id }: DeviceJudge, listened: number): Audible {
    const gateway = id === null ? undefined : this.#judges.get(id);
    if (!gateway) return { from: Number.NEGATIVE_INFINITY, to: listened };
    return { from: gateway.silence.backAt, to: Math.min(listened, gateway.silence.heardAt) };
  }
}
