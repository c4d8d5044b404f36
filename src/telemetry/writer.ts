import { setImmediate as nextTurn, setTimeout as timer } from 'node:timers/promises';
import type { JournalReader } from '../journal/port.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { type AddReadings, type Batch, Batches } from './batches.ts';
import type { WriterMetrics } from './metrics.ts';
import type { Telemetry } from './port.ts';

/** Readings in a batch, where the store does not ask for another size. */
const usualBatch = 5000;
/** With so many entries waiting there is no pause, and the next batch is made while this one is written. */
const backlog = 2000;
/** How long to wait for a first entry before looking at the signal again. */
const waitMs = 1000;
/**
 * Pause when there is no backlog: so a quiet town costs a few small writes a second, not one for each frame, and a
 * chart is at most so far behind.
 */
const gatherMs = 200;
const firstBackoffMs = 100;
/** After an outage the gap closes within this time at the latest. */
const maxBackoffMs = 5000;
/** A store that asks for a longer pause (Retry-After) gets it up to here: nobody's clock should stop the history. */
const maxAskedMs = 60_000;

export interface WriterOptions {
  journal: JournalReader;
  telemetry: Telemetry;
  addReadings: AddReadings;
  /** Where the offset is kept: everything below it is in the telemetry store. */
  checkpoint: {
    load(): Promise<number>;
    save(offset: number): Promise<void>;
    /** Called when nothing has come for a while: there is time for what was put off. */
    rest?(): Promise<void>;
  };
  metrics: Pick<WriterMetrics, 'batches' | 'readings' | 'failures' | 'lost'>;
  log: Logger;
  /** Waits; ends early, without an error, when the signal aborts. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Copies readings from the journal to the telemetry store. At least once: the offset moves after the store has taken
 * a batch, and a batch that is written again leaves nothing twice. Whatever fails is tried again until it works;
 * meanwhile the journal is the queue.
 */
export class TelemetryWriter {
  readonly #options: WriterOptions;
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #batches: Batches;
  #offset: number;
  #handledAt: number | null = null;
  /** What is being written, or must be written again. */
  #batch: Batch | null = null;
  /** Whether the offset is known and the store is prepared; again in question after a failure. */
  #ready = false;
  #failures = 0;
  #trouble: string | null = null;

  constructor(options: WriterOptions) {
    const { journal, addReadings, telemetry } = options;
    this.#options = options;
    this.#offset = journal.start();
    this.#batches = new Batches(journal, addReadings, telemetry.batchSize ?? usualBatch);
    this.#pause = options.pause ?? pauseUnlessAborted;
  }

  /** Everything below has been taken by the store. */
  get offset(): number {
    return this.#offset;
  }

  /** When the last entry below `offset` came in, milliseconds since the epoch; null before the first since the start. */
  get handledAt(): number | null {
    return this.#handledAt;
  }

  /** Why it does not get on, for people; null when it does. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Entries that are still to be copied. */
  get lag(): number {
    return this.#options.journal.end() - this.#offset;
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#copy(signal);
        this.#recovered();
        if (this.lag < backlog) await this.#pause(gatherMs, signal);
        // The embedded engine never waits: without a turn of the event loop, queries would wait for a whole backlog.
        else await nextTurn();
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(error);
        const backoffMs = Math.min(firstBackoffMs * 2 ** (this.#failures - 1), maxBackoffMs);
        await this.#pause(Math.max(backoffMs, Math.min(askedMs(error), maxAskedMs)), signal);
      }
    }
  }

  /** Copies the next batch; in a backlog the one after it is decoded meanwhile. */
  async #copy(signal: AbortSignal): Promise<void> {
    const { journal, telemetry } = this.#options;
    if (!this.#ready) {
      this.#offset = await this.#storedOffset();
      await telemetry.prepare();
      this.#ready = true;
    }
    if (this.#batch?.from !== this.#offset) this.#batch = null;
    this.#batch ??= await this.#batches.take(this.#offset, waitMs, signal);
    if (!this.#batch) {
      await this.#options.checkpoint.rest?.();
      return;
    }
    const batch = this.#batch;
    const more = journal.end() - batch.next >= backlog;
    const [kept, ahead] = await Promise.allSettled([
      this.#keep(batch),
      more ? this.#batches.take(batch.next, 0, signal) : null,
    ]);
    if (kept.status === 'rejected') throw kept.reason;
    // An entry that cannot be read tells when it is its turn.
    this.#batch = ahead.status === 'fulfilled' ? ahead.value : null;
  }

  async #keep({ readings, next, newestAt }: Batch): Promise<void> {
    const { telemetry, checkpoint, metrics } = this.#options;
    if (readings.length > 0) {
      await telemetry.write(readings);
      metrics.batches.inc();
      metrics.readings.inc(readings.length);
    }
    await checkpoint.save(next);
    this.#offset = next;
    this.#handledAt = newestAt;
  }

  async #storedOffset(): Promise<number> {
    const { journal, checkpoint, metrics, log } = this.#options;
    const stored = await checkpoint.load();
    const start = journal.start();
    const end = journal.end();
    if (stored >= start && stored <= end) return stored;
    if (stored < start) {
      metrics.lost.inc(start - stored);
      const facts = { entries: start - stored, stored, start };
      log.error(
        facts,
        'The journal has given up entries that had not reached the telemetry store; going on behind them',
      );
    } else {
      // A fresh journal beside an old store. Readings that are written again leave nothing twice.
      log.warn({ stored, start, end }, 'The journal does not have the stored offset; reading all of it');
    }
    await checkpoint.save(start);
    return start;
  }

  #failed(error: unknown): void {
    const { log, metrics } = this.#options;
    metrics.failures.inc();
    // The store may come back without its database, or the journal may have been trimmed: both are looked at again.
    this.#ready = false;
    this.#failures += 1;
    this.#trouble = error instanceof Error ? error.message : String(error);
    if (this.#failures === 1) log.warn({ err: error }, 'Readings cannot be written; they wait in the journal');
  }

  #recovered(): void {
    if (this.#failures === 0) return;
    this.#options.log.info({ tries: this.#failures, lag: this.lag }, 'Readings are written again');
    this.#failures = 0;
    this.#trouble = null;
  }
}

/** For how long the store asks to be left alone, in milliseconds. */
function askedMs(error: unknown): number {
  const asked = error instanceof TocsinError ? error.detail.retryAfterMs : undefined;
  return typeof asked === 'number' ? asked : 0;
}

async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => {});
}
