import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';

/** The stations of a canary, in order: what it has passed says where it is stuck. */
export const canaryStages = ['connected', 'durable', 'alarmed', 'notified'] as const;
export type CanaryStage = (typeof canaryStages)[number];

/** Two readings of one moment are one: the second must be later. Milliseconds. */
const apartMs = 5;

/** An alarm of the canary, as the live feed tells of it. */
export interface CanaryNews {
  active: boolean;
  beat: number;
}

/** A device's connection. */
export interface CanaryConnection {
  /** Resolves when the reading is acknowledged. */
  publish(beat: number): Promise<void>;
  close(): void;
}

export interface FlightParts {
  /** Identifies the flight: never the same twice. */
  beat: number;
  /** Signs in at Tocsin's own listener; one that comes after the signal has aborted closes itself. */
  connect(signal: AbortSignal): Promise<CanaryConnection>;
  /** Gives what consoles would get of the canary's alarms; the function ends it. */
  listen(onNews: (news: CanaryNews) => void): Promise<() => void>;
  /** Does not jump. */
  steady: Clock;
  /** When it is given up. */
  signal: AbortSignal;
}

/** One canary on its way: a reading that becomes an alarm, is seen and told, and is over again. */
export class Flight {
  /** Milliseconds from the start, by station passed. */
  readonly passed: Partial<Record<CanaryStage, number>> = {};
  /** Why it ended before its time, for people. */
  failure: string | null = null;
  readonly #parts: FlightParts;
  readonly #startedAt: number;
  readonly #alarmed = Promise.withResolvers<void>();
  readonly #notified = Promise.withResolvers<void>();
  readonly #cleared = Promise.withResolvers<void>();

  constructor(parts: FlightParts) {
    this.#parts = parts;
    this.#startedAt = parts.steady.now();
  }

  get beat(): number {
    return this.#parts.beat;
  }

  /** Milliseconds since it started. */
  get ageMs(): number {
    return this.#parts.steady.now() - this.#startedAt;
  }

  /** Milliseconds that it took to pass every station; null while it has not. */
  get tookMs(): number | null {
    const times = canaryStages.map((stage) => this.passed[stage]);
    return times.every((time) => time !== undefined) ? Math.max(...times) : null;
  }

  /** Its intent has come out of the outbox. */
  notified(): void {
    this.#pass('notified');
    this.#notified.resolve();
  }

  /**
   * Flies until the alarm is over again or the signal aborts. Never rejects.
   * @param clearFirst whether an earlier one may have left its alarm behind
   */
  async fly(clearFirst: boolean): Promise<void> {
    const { connect, listen, signal } = this.#parts;
    let connection: CanaryConnection | undefined;
    let leave = () => {};
    const given = until(signal);
    try {
      leave = await given.or(listen((news) => this.#hear(news)));
      connection = await given.or(connect(signal));
      this.#pass('connected');
      if (clearFirst) {
        await given.or(connection.publish(0));
        await timer(apartMs);
      }
      await given.or(connection.publish(this.beat));
      this.#pass('durable');
      await given.or(Promise.all([this.#alarmed.promise, this.#notified.promise]));
      await timer(apartMs);
      await given.or(connection.publish(0));
      await given.or(this.#cleared.promise);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      given.done();
      leave();
      connection?.close();
    }
  }

  #hear({ active, beat }: CanaryNews): void {
    if (active && beat === this.beat) {
      this.#pass('alarmed');
      this.#alarmed.resolve();
    } else if (!active && this.passed.alarmed !== undefined) this.#cleared.resolve();
  }

  #pass(stage: CanaryStage): void {
    this.passed[stage] ??= this.ageMs;
  }
}

/** Waits for things, but no longer than until a signal aborts. */
function until(signal: AbortSignal) {
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const stop = () => aborted.reject(new Error('It was given up.'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return {
    or: <T>(work: Promise<T>): Promise<T> => Promise.race([work, aborted.promise]),
    done: () => signal.removeEventListener('abort', stop),
  };
}
