import type { SystemTrouble } from '../../model/system-alarm.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { type CanaryStage, canaryStages, Flight, type FlightParts } from './flight.ts';

/** After one that was late or did not get through the next follows soon: was it a moment, is it over? Milliseconds. */
const soonMs = 2_000;
/** The engine may have a backlog to read first; the first canary waits for its first answer, but no longer. */
const startWithinMs = 30_000;

export interface CanaryParts extends Pick<FlightParts, 'connect' | 'listen' | 'steady'> {
  /** Milliseconds; 0 for no canary. */
  everyMs: number;
  /** Milliseconds in which it has to pass all stations. */
  withinMs: number;
  clock: Clock;
  log: Logger;
}

/** How the canary is, for people. */
export interface CanaryStatus {
  state: 'off' | 'waiting' | 'well' | 'late';
  everyMs: number;
  withinMs: number;
  /** When the last one came through, milliseconds since the epoch; null before the first. */
  lastAt: number | null;
  /** Milliseconds that it took to each station, of the last one that came through. */
  last: Flight['passed'] | null;
  /** The one that is late: for how long it flies, and which stations it has passed. */
  late: { ageMs: number; passed: CanaryStage[] } | null;
}

/** Sends a canary the whole way again and again. */
export class Canary {
  readonly #parts: CanaryParts;
  readonly #startedAt: number;
  readonly #stopping = new AbortController();
  #flight: Flight | null = null;
  /** The last one that was late; until one has come through in time. */
  #late: Flight | null = null;
  /** Since when none has come through, by the clock that does not jump; null when the last one has. */
  #missingSince: number | null = null;
  #running: Promise<void> = Promise.resolve();
  #nextAt: number | null = null;
  #lastAt: number | null = null;
  #last: Flight['passed'] | null = null;
  /** What the one before may have left behind has to be cleared away. */
  #clearFirst = true;
  #lastBeat = 0;

  constructor(parts: CanaryParts) {
    this.#parts = parts;
    this.#startedAt = parts.steady.now();
  }

  /** To be called about once a second. @param engineAnswers whether the engine has begun its work */
  look(engineAnswers: boolean): void {
    const { everyMs, steady } = this.#parts;
    if (everyMs === 0 || this.#stopping.signal.aborted) return;
    const now = steady.now();
    this.#nextAt ??= engineAnswers || now - this.#startedAt >= startWithinMs ? now : null;
    if (this.#flight === null && this.#nextAt !== null && now >= this.#nextAt) this.#running = this.#send();
  }

  /** The intent of a canary has come out of the outbox. */
  notified(beat: number): void {
    if (this.#flight?.beat === beat) this.#flight.notified();
  }

  async #send(): Promise<void> {
    const { connect, listen, steady, clock, everyMs, withinMs, log } = this.#parts;
    // Told apart from that of any earlier start too.
    const beat = Math.max(this.#lastBeat + 1, Math.floor(clock.now() / 1000));
    this.#lastBeat = beat;
    const giveUp = AbortSignal.timeout(Math.max(everyMs, 2 * withinMs));
    const signal = AbortSignal.any([this.#stopping.signal, giveUp]);
    const flight = new Flight({ beat, connect, listen, steady, signal });
    this.#flight = flight;
    this.#missingSince ??= steady.now();
    await flight.fly(this.#clearFirst);
    if (this.#stopping.signal.aborted) return;
    const { tookMs, failure } = flight;
    const inTime = tookMs !== null && tookMs <= withinMs;
    if (tookMs !== null) {
      this.#lastAt = clock.now();
      this.#last = flight.passed;
    }
    if (failure !== null) log.debug({ passed: flight.passed, reason: failure }, 'a canary did not come back');
    if (inTime) this.#missingSince = null;
    this.#late = inTime ? null : flight;
    this.#clearFirst = failure !== null;
    this.#flight = null;
    this.#nextAt = steady.now() + (inTime ? Math.max(0, everyMs - flight.ageMs) : Math.min(everyMs, soonMs));
  }

  /** The one that tells where it is stuck; null when none is late. */
  #stuck(): Flight | null {
    const { withinMs, steady } = this.#parts;
    if (this.#missingSince === null || steady.now() - this.#missingSince <= withinMs) return null;
    const flying = this.#flight;
    if (flying === null || (this.#late !== null && flying.ageMs <= withinMs)) return this.#late;
    return flying.tookMs !== null && flying.tookMs <= withinMs ? null : flying;
  }

  status(): CanaryStatus {
    const { everyMs, withinMs } = this.#parts;
    const stuck = this.#stuck();
    const state = stuck ? 'late' : this.#lastAt === null ? 'waiting' : 'well';
    return {
      state: everyMs === 0 ? 'off' : state,
      everyMs,
      withinMs,
      lastAt: this.#lastAt,
      last: this.#last,
      late: stuck && { ageMs: stuck.ageMs, passed: passedBy(stuck) },
    };
  }

  troubles(): SystemTrouble[] {
    const stuck = this.#stuck();
    if (!stuck) return [];
    const passed = passedBy(stuck);
    const missing = canaryStages.filter((stage) => !passed.includes(stage));
    const detail = { withinMs: this.#parts.withinMs, passed: passed.join(' '), missing: missing.join(' ') };
    return [{ code: 'CANARY_LATE', severity: 'red', detail }];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

function passedBy(flight: Flight): CanaryStage[] {
  return canaryStages.filter((stage) => flight.passed[stage] !== undefined);
}
