import type { SystemTrouble } from '../model/system-alarm.ts';
import type { Clock } from '../shared/clock.ts';

/** An answer takes less when the thread is not busy. */
const silentBeyondMs = 500;

/** What a reader of the journal says of itself, as in src/roles/messages.ts. */
export interface ConsumerAnswer {
  handled: number;
  handledAt: number | null;
  trouble: string | null;
  troubles: readonly SystemTrouble[];
}

export interface WatchedConsumerParts {
  name: 'engine' | 'telemetry';
  ask(): Promise<ConsumerAnswer>;
  /** Offset after the journal's last durable entry. */
  end(): number;
  clock: Clock;
  steady: Clock;
}

/** Where a consumer is, for people and for metrics. */
export interface ConsumerState {
  name: 'engine' | 'telemetry' | 'delivery';
  /** What waits for it. */
  waiting: number;
  /** Milliseconds since the oldest of that came in; 0 when nothing waits. */
  oldestMs: number;
  /** Milliseconds since it was asked without an answer; 0 when it answers. */
  silentMs: number;
  /** Why it does not get on, for people. */
  trouble: string | null;
}

/** Asks a consumer how far it has got, never twice at once: one that hangs is silent, and its lag grows. */
export class WatchedConsumer {
  readonly #parts: WatchedConsumerParts;
  #answer: ConsumerAnswer | null = null;
  /** Where the journal ended when it answered. */
  #endThen = 0;
  #askedAt: number | null = null;
  #behindSince: number | null = null;

  constructor(parts: WatchedConsumerParts) {
    this.#parts = parts;
  }

  /** Whether it has ever answered. */
  get answers(): boolean {
    return this.#answer !== null;
  }

  get troubles(): readonly SystemTrouble[] {
    return this.#answer?.troubles ?? [];
  }

  ask(): void {
    if (this.#askedAt !== null) return;
    const { ask, steady } = this.#parts;
    this.#askedAt = steady.now();
    ask().then(
      (answer) => {
        this.#answer = answer;
        this.#endThen = this.#parts.end();
        this.#askedAt = null;
      },
      // A thread that has ended ends the process; until then it is silent.
      () => {},
    );
  }

  state(): ConsumerState {
    const { name, end, clock, steady } = this.#parts;
    const now = steady.now();
    const silentMs = this.#askedAt === null ? 0 : Math.round(now - this.#askedAt);
    // What has come in since its answer it may have handled since; of one that is silent nobody knows.
    const until = silentMs > silentBeyondMs ? end() : this.#endThen;
    const waiting = this.#answer ? Math.max(0, until - this.#answer.handled) : 0;
    this.#behindSince = waiting === 0 ? null : (this.#behindSince ?? now);
    const handledAt = this.#answer?.handledAt ?? null;
    // What came in right after the last one that was handled is at most so old.
    const known = handledAt === null ? now - (this.#behindSince ?? now) : clock.now() - handledAt;
    return {
      name,
      waiting,
      oldestMs: waiting === 0 ? 0 : Math.max(0, Math.round(known)),
      silentMs,
      trouble: this.#answer?.trouble ?? null,
    };
  }
}
