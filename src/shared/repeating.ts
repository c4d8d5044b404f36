import type { Logger } from './logger.ts';

/** Does something again and again, never two at once; a failure is logged once until it works again. */
export class Repeating {
  readonly #name: string;
  readonly #log: Logger;
  readonly #work: () => Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #failing = false;

  /** @param name what it is called in the log */
  constructor(name: string, everyMs: number, log: Logger, work: () => Promise<unknown>) {
    this.#name = name;
    this.#log = log;
    this.#work = work;
    this.#timer = setInterval(() => this.now(), everyMs);
  }

  /** Does it now, unless it is under way. */
  now(): void {
    this.#running ??= this.#once().finally(() => {
      this.#running = null;
    });
  }

  async #once(): Promise<void> {
    try {
      await this.#work();
      if (this.#failing) this.#log.info(`${this.#name} works again`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.error({ err: error }, `${this.#name} failed; trying again`);
      this.#failing = true;
    }
  }

  /** Waits for what is under way, then does no more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
