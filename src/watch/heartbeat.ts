import { postMessage } from '../notify/channels/webhook/post.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { ConsumerState } from './consumer.ts';

const timeoutMs = 10_000;
/** After one that was not taken the next follows sooner than a monitor loses its patience. */
const againMs = 10_000;

/** What the outside monitor gets. Within `version` 1 keys are added, never renamed or taken away. */
export interface HeartbeatBody {
  version: 1;
  event: 'heartbeat';
  /** Milliseconds since the epoch. */
  at: number;
  /** Which Tocsin: `dataDir` may be anywhere, its console is one. */
  console: string;
  uptimeMs: number;
  /** When the last canary alarm came through; null without a canary. */
  canaryAt: number | null;
  consumers: Pick<ConsumerState, 'name' | 'waiting' | 'oldestMs'>[];
  /** Codes of what is wrong without being red. */
  troubles: string[];
}

export interface HeartbeatStatus {
  enabled: boolean;
  /** When the last one was taken, milliseconds since the epoch. */
  lastAt: number | null;
  /** Why the last one was not, for people. */
  failure: string | null;
}

export interface HeartbeatParts {
  settings: Settings['watch']['heartbeat'];
  clock: Clock;
  steady: Clock;
  log: Logger;
}

/** Tells an outside monitor that Tocsin works. It says nothing when it does not: the monitor alarms on silence. */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #stopping = new AbortController();
  #dueAt = 0;
  #sending: Promise<void> | null = null;
  #lastAt: number | null = null;
  #failure: string | null = null;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** To be called about once a second. @param body null when Tocsin is not well */
  look(body: () => HeartbeatBody | null): void {
    const { settings, steady } = this.#parts;
    if (settings.url === undefined || this.#sending !== null || steady.now() < this.#dueAt) return;
    const content = body();
    if (content === null) return;
    this.#sending = this.#send(settings.url, content).finally(() => {
      this.#sending = null;
    });
  }

  async #send(url: string, body: HeartbeatBody): Promise<void> {
    const { settings, clock, steady, log } = this.#parts;
    this.#dueAt = steady.now() + settings.every;
    const message = { id: `heartbeat/${body.at}`, bodyJson: JSON.stringify(body) };
    try {
      await postMessage({ url, secret: settings.secret ?? null }, message, timeoutMs, this.#stopping.signal);
      if (this.#failure !== null) log.info('heartbeats are taken again');
      this.#failure = null;
      this.#lastAt = clock.now();
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      if (this.#failure === null) log.warn({ err: error }, 'a heartbeat was not taken');
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#dueAt = steady.now() + Math.min(settings.every, againMs);
    }
  }

  status(): HeartbeatStatus {
    return { enabled: this.#parts.settings.url !== undefined, lastAt: this.#lastAt, failure: this.#failure };
  }

  /** Ends the one that is on its way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sending;
  }
}
