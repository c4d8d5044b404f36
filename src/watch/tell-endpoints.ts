import { setTimeout as timer } from 'node:timers/promises';
import { severityRank } from '../model/severity.ts';
import { Undeliverable } from '../notify/channel.ts';
import { postMessage } from '../notify/channels/webhook/post.ts';
import type { WebhookTarget } from '../notify/channels/webhook/targets.ts';
import { firstWaitMs, giveUpAfterMs, longestWaitMs } from '../notify/deliver.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { SystemChange } from './system-alarms.ts';
import { systemBody } from './system-body.ts';

/** Messages that wait for one endpoint; beyond, the oldest goes: it tells of what has long changed. */
const mostWaiting = 100;

interface Waiting {
  id: string;
  bodyJson: string;
  at: number;
}

interface Endpoint {
  target: WebhookTarget;
  queue: Waiting[];
  posting: boolean;
}

export interface TellEndpointsParts {
  /** The endpoints as last known. */
  targets(): readonly WebhookTarget[];
  timeoutMs: number;
  /** Without a slash at its end. */
  consoleUrl: string;
  steady: Clock;
  log: Logger;
}

/**
 * Posts to the endpoints what is wrong with Tocsin itself. Not through the outbox: the engine that delivers it, or the
 * store that it is in, may be what is wrong. So a message that waits is lost when the process ends.
 */
export class TellEndpoints {
  readonly #parts: TellEndpointsParts;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #stopping = new AbortController();

  constructor(parts: TellEndpointsParts) {
    this.#parts = parts;
  }

  /** Tells every endpoint that wants news of this severity. */
  tell(change: SystemChange): void {
    const { targets, consoleUrl, steady } = this.#parts;
    const { kind, alarm, at } = change;
    const bodyJson = JSON.stringify(systemBody(change, consoleUrl));
    for (const target of targets()) {
      if (severityRank(target.minSeverity) > severityRank(alarm.severity)) continue;
      const endpoint = this.#endpoints.get(target.id) ?? { target, queue: [], posting: false };
      this.#endpoints.set(target.id, endpoint);
      // A corrected address or secret counts for what still waits.
      endpoint.target = target;
      const id = `system/${alarm.id}/${kind}${kind === 'severity' ? `-${at}` : ''}/webhook/${target.id}`;
      endpoint.queue.push({ id, bodyJson, at: steady.now() });
      if (endpoint.queue.length > mostWaiting) endpoint.queue.shift();
      if (!endpoint.posting) void this.#post(endpoint);
    }
  }

  /** Oldest first and one at a time, until nothing waits. */
  async #post(endpoint: Endpoint): Promise<void> {
    const { timeoutMs, steady, log } = this.#parts;
    const { signal } = this.#stopping;
    endpoint.posting = true;
    let waitMs = firstWaitMs;
    for (;;) {
      const message = endpoint.queue[0];
      if (!message || signal.aborted) break;
      try {
        await postMessage(endpoint.target, message, timeoutMs, signal);
        waitMs = firstWaitMs;
      } catch (error) {
        if (signal.aborted) break;
        log.warn({ err: error, endpoint: endpoint.target.id }, 'an endpoint was not told of a system alarm');
        const hopeless = error instanceof Undeliverable || steady.now() - message.at > giveUpAfterMs;
        if (!hopeless) {
          await timer(waitMs, undefined, { signal }).catch(() => {});
          waitMs = Math.min(waitMs * 2, longestWaitMs);
          continue;
        }
      }
      if (endpoint.queue[0] === message) endpoint.queue.shift();
    }
    endpoint.posting = false;
  }

  stop(): void {
    this.#stopping.abort();
  }
}
