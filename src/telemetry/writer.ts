import { setImmediate as nextTurn, setTimeout as timer } from 'node:timers/promises';
import { entryTime } from '../journal/entry-time.ts';
import type { JournalReader, StoredEntry } from '../journal/port.ts';
import type { Frame } from '../model/frame.ts';
import type { Reading } from '../model/reading.ts';
import type { Logger } from '../shared/logger.ts';
import type { WriterMetrics } from './metrics.ts';
import type { Telemetry } from './port.ts';

/** Entries taken from the journal at a time. */
const maxEntries = 2000;
/** A batch is written when it has this many readings, or with what was there. */
const fullBatch = 5000;
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

export interface WriterOptions {
  journal: JournalReader;
  telemetry: Telemetry;
  /** What a frame says; empty for a frame that says nothing. */
  readingsOf: (frame: Frame) => Promise<Reading[]>;
  /** Where the offset is kept: everything below it is in the telemetry store. */
  checkpoint: { load(): Promise<number>; save(offset: number): Promise<void> };
  metrics: Pick<WriterMetrics, 'batches' | 'readings' | 'failures'>;
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
  #offset: number;
  #handledAt: number | null = null;
  /** Whether the offset is known and the store is prepared; again in question after a failure. */
  #ready = false;
  #failures = 0;
  #trouble: string | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#offset = options.journal.start();
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
        if (this.lag < maxEntries) await this.#pause(gatherMs, signal);
        // The embedded engine never waits: without a turn of the event loop, queries would wait for a whole backlog.
        else await nextTurn();
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(error);
        await this.#pause(Math.min(firstBackoffMs * 2 ** (this.#failures - 1), maxBackoffMs), signal);
      }
    }
  }

  /** Copies the next entries; what it has done when it fails is done. */
  async #copy(signal: AbortSignal): Promise<void> {
    const { journal, telemetry, readingsOf } = this.#options;
    if (!this.#ready) {
      this.#offset = await this.#storedOffset();
      await telemetry.prepare();
      this.#ready = true;
    }
    const entries: StoredEntry[] = await journal.read(this.#offset, maxEntries, waitMs, signal);
    let batch: Reading[] = [];
    for (const { offset, entry } of entries) {
      // One by one: a frame may hold more readings than a call takes arguments.
      if (entry.kind === 'frame') for (const reading of await readingsOf(entry.frame)) batch.push(reading);
      if (batch.length >= fullBatch) {
        await this.#keep(batch, offset + 1, entryTime(entry));
        batch = [];
        await nextTurn();
      }
    }
    const last = entries.at(-1);
    if (last && last.offset >= this.#offset) await this.#keep(batch, last.offset + 1, entryTime(last.entry));
  }

  async #keep(batch: readonly Reading[], next: number, at: number): Promise<void> {
    const { telemetry, checkpoint, metrics } = this.#options;
    if (batch.length > 0) {
      await telemetry.write(batch);
      metrics.batches.inc();
      metrics.readings.inc(batch.length);
    }
    await checkpoint.save(next);
    this.#offset = next;
    this.#handledAt = at;
  }

  async #storedOffset(): Promise<number> {
    const { journal, checkpoint, log } = this.#options;
    const stored = await checkpoint.load();
    const start = journal.start();
    const end = journal.end();
    if (stored >= start && stored <= end) return stored;
    // A fresh store or journal beside an old one. Readings that are written again leave nothing twice.
    if (stored !== 0)
      log.warn({ stored, start, end }, 'The journal does not have the stored offset; reading all of it');
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

async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => {});
}
