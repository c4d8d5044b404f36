import type { SystemTrouble } from '../model/system-alarm.ts';
import type { Clock } from '../shared/clock.ts';

/** A clock that is corrected by less than this between two looks is a clock that is kept right. */
const steppedBeyondMs = 2_000;
/** Long enough for somebody to see it; what it did to alarms of those minutes is to be looked at. */
const toldForMs = 600_000;

/**
 * Notices that the machine's clock jumped, by the one that does not: rules, holds and SLA clocks go by it. A machine
 * that was asleep is one whose clock jumped.
 */
export class ClockSteps {
  readonly #clock: Clock;
  readonly #steady: Clock;
  #difference: number;
  #step: { byMs: number; at: number; seenAt: number } | null = null;

  constructor(clock: Clock, steady: Clock) {
    this.#clock = clock;
    this.#steady = steady;
    this.#difference = clock.now() - steady.now();
  }

  /** To be asked every few seconds. */
  troubles(): SystemTrouble[] {
    const at = this.#clock.now();
    const seenAt = this.#steady.now();
    const byMs = Math.round(at - seenAt - this.#difference);
    this.#difference = at - seenAt;
    if (Math.abs(byMs) > steppedBeyondMs) this.#step = { byMs, at, seenAt };
    if (this.#step === null || seenAt - this.#step.seenAt > toldForMs) return [];
    return [{ code: 'CLOCK_STEPPED', severity: 'orange', detail: { byMs: this.#step.byMs, at: this.#step.at } }];
  }
}
