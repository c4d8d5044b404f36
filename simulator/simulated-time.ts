/**
 * Simulated time. At speed 1 it is the time on the wall. At speed s it runs s times as fast and must not run into the
 * future, where no measurement can be: a run of `durationMs` begins so far in the past that it ends now.
 */
export class SimulatedTime {
  readonly speed: number;
  /** When the scenario begins, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly #realStart: number;

  constructor(now: number, speed: number, durationMs: number) {
    this.speed = speed;
    this.#realStart = now;
    this.startedAt = startOf(now, speed, durationMs);
  }

  /** The simulated moment at a real one. */
  at(real: number): number {
    return this.startedAt + (real - this.#realStart) * this.speed;
  }

  /** How long to wait, in real milliseconds, until a simulated moment. */
  untilReal(simulated: number, real: number): number {
    return Math.max(0, (simulated - this.at(real)) / this.speed);
  }
}

/** When a run of `durationMs` simulated milliseconds that is started now begins. */
export function startOf(now: number, speed: number, durationMs: number): number {
  return speed === 1 ? now : Math.round(now - durationMs * (1 - 1 / speed));
}
