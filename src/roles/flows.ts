import { openFlowsAccount } from '../api/access/flows-account.ts';
import { type FlowsHost, startFlows } from '../flows/host.ts';
import { consoleUrl } from '../notify/console-url.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Store } from '../store/open.ts';

export interface FlowsOptions {
  settings: Settings;
  store: Store;
  clock: Clock;
  log: Logger;
}

/**
 * Node-RED beside everything else: it starts when the API is there for its nodes, and when it does not start, alarms
 * and cases go on without it.
 */
export class Flows {
  readonly #options: FlowsOptions;
  #host: FlowsHost | null = null;
  #starting: Promise<void> = Promise.resolve();
  #trouble: string | null = 'starting';

  constructor(options: FlowsOptions) {
    this.#options = options;
  }

  /** What runs now; null while nothing does. */
  readonly host = (): FlowsHost | null => this.#host;

  /** @param apiAddress where the API listens */
  start(apiAddress: string): void {
    if (this.#options.settings.flows.enabled) this.#starting = this.#start(apiAddress);
  }

  async #start(apiAddress: string): Promise<void> {
    const { settings, store, clock, log } = this.#options;
    try {
      const token = await openFlowsAccount(store, clock.now());
      // A certificate names the public address, not the loopback one.
      const apiUrl = settings.http.cert ? consoleUrl(settings.http) : apiAddress;
      this.#host = await startFlows({ settings, dataDir: settings.dataDir, log, apiUrl, token });
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      log.error({ err: error }, 'flows do not run; everything else does');
    }
  }

  /** Why flows do not run, for people; null when they do, or are switched off. */
  trouble(): string | null {
    if (!this.#options.settings.flows.enabled) return null;
    return this.#host?.status().trouble ?? this.#trouble;
  }

  async close(): Promise<void> {
    await this.#starting;
    await this.#host?.close();
  }
}
