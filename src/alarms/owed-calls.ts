import type { AlarmEffect, ToldEffect } from '../model/alarm.ts';

/**
 * What a device had kept and now tells comes within seconds: so long after an old reading raised an alarm we know whether
 * the device goes on to say that it was over. Milliseconds of received time.
 */
const settleMs = 10_000;

/** Values of `alarm.callOwed`; a greater one is the received time from which on people are called. */
export const callOwed = { nobody: 0, withNews: 1 } as const;

/** The moment has come to call people for alarms that old readings raised, as far as they last. */
export interface CallsDue {
  kind: 'calls-due';
  /** Received time, milliseconds since the epoch. */
  at: number;
  alarmIds: readonly string[];
}

/**
 * The received time from which on people are called for an alarm that the newest reading of its device speaks for. Of a
 * call for help the end says nothing: the button was let go of.
 */
export function callsFrom(effect: ToldEffect, callWithinMs: number): number {
  const { at, receivedAt } = effect;
  const isUrgent = effect.kind === 'raised' && effect.lifeSafety;
  return receivedAt - at > callWithinMs && !isUrgent ? receivedAt + settleMs : receivedAt;
}

/** Alarms that old readings raised, by when people are to be called for them. */
export class OwedCalls {
  readonly #callWithinMs: number;
  readonly #dueAt = new Map<string, number>();

  constructor(callWithinMs: number) {
    this.#callWithinMs = callWithinMs;
  }

  /** Takes up what the store has of them. */
  restore(owed: readonly { id: string; callOwed: number }[]): void {
    for (const one of owed) this.#dueAt.set(one.id, one.callOwed);
  }

  note(effects: readonly AlarmEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'rejudged') continue;
      const from = effect.kind === 'cleared' ? 0 : callsFrom(effect, this.#callWithinMs);
      if (from <= effect.receivedAt) this.#dueAt.delete(effect.alarmId);
      else if (!this.#dueAt.has(effect.alarmId)) this.#dueAt.set(effect.alarmId, from);
    }
  }

  /** Those whose time has come, once; null when there are none. */
  takeDue(at: number): CallsDue | null {
    const alarmIds = [...this.#dueAt].filter(([, dueAt]) => dueAt <= at).map(([id]) => id);
    for (const id of alarmIds) this.#dueAt.delete(id);
    return alarmIds.length > 0 ? { kind: 'calls-due', at, alarmIds } : null;
  }
}
