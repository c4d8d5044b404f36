import { setTimeout as timer } from 'node:timers/promises';
import type { Logger } from '../shared/logger.ts';
import type { Telemetry } from './port.ts';

/** How often it is looked whether there is something to do. */
const lookMs = 10_000;
/** How soon it is looked whether a backlog is over. */
const busyMs = 1000;
/** A disk that is full, or a server that is away, is not asked again at once. */
const afterFailureMs = 60_000;

export interface UpkeepOptions {
  telemetry: Telemetry;
  /** Whether the writer has a backlog, so that the store has better things to do. */
  isBusy: () => boolean;
  log: Logger;
  /** Waits; ends early, without an error, when the signal aborts. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps the telemetry store in shape, step by step, in at most half of the thread's time: readings and charts need it
 * too. Runs until the signal aborts; never rejects.
 */
export async function keepInShape(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const { telemetry, isBusy, log, pause = pauseUnlessAborted } = options;
  let failing = false;
  while (telemetry.upkeep && !signal.aborted) {
    if (isBusy()) {
      await pause(busyMs, signal);
      continue;
    }
    const started = performance.now();
    try {
      const more = await telemetry.upkeep();
      if (failing) log.info('The telemetry store is kept in shape again');
      failing = false;
      await pause(more ? performance.now() - started : lookMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!failing)
        log.warn({ err: error }, 'The telemetry store cannot be kept in shape; it takes more space meanwhile');
      failing = true;
      await pause(afterFailureMs, signal);
    }
  }
}

async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => {});
}
