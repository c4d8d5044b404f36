import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JournalReader } from '../../journal/port.ts';
import type { Reading } from '../../model/reading.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { Repeating } from '../../shared/repeating.ts';
import type { Store } from '../../store/open.ts';
import { halfDone, replayedDevices, unfinishedReplays } from '../../store/replays.ts';
import type { Row } from '../../store/schema.ts';
import type { AddReadings } from '../../telemetry/batches.ts';
import type { Telemetry } from '../../telemetry/port.ts';

const lookEveryMs = 1_000;
const sliceEntries = 500;
/** Readings in one write: small, so that the live ones wait for moments only. */
const batchReadings = 2_000;

export interface ReplayWriterOptions {
  store: Store;
  openReader(): Promise<JournalReader>;
  /** Entries below are written by the live writer, in the way that is in force now. */
  liveOffset(): number;
  telemetry: Telemetry;
  addReadings: AddReadings;
  /** How far ahead of its receipt a sample may have been measured, milliseconds. */
  maxFutureMs: number;
  clock: Clock;
  log: Logger;
}

/**
 * The historian's half of a replay: what the frames of its devices say now is written in the place of what they said.
 * Written again after a crash or an outage it leaves nothing twice, so it simply begins anew.
 */
export class ReplayWriter {
  readonly #options: ReplayWriterOptions;
  readonly #stopping = new AbortController();
  readonly #looking: Repeating;

  constructor(options: ReplayWriterOptions) {
    this.#options = options;
    this.#looking = new Repeating('writing readings of a replay', lookEveryMs, options.log, () => this.#look());
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#options;
    for (const replay of await unfinishedReplays(store)) {
      if (replay.writtenAt !== null || replay.dryRun === 1) continue;
      const readings = await this.#write(replay);
      if (this.#stopping.signal.aborted) return;
      await store.transaction().execute((tx) => halfDone(tx, replay, { written: { readings } }, clock.now()));
    }
  }

  async #write(replay: Row<'replay'>): Promise<number> {
    const { store, telemetry, maxFutureMs } = this.#options;
    const { signal } = this.#stopping;
    const ids = new Set((await replayedDevices(store, replay)).map((device) => device.id));
    const reader = await this.#options.openReader();
    let written = 0;
    try {
      await telemetry.prepare();
      // From somewhat before: a device whose clock is ahead measured then what it sent before.
      let offset = await reader.offsetAt(replay.fromAt - maxFutureMs);
      const end = Math.max(this.#options.liveOffset(), offset);
      let batch: Reading[] = [];
      const flush = async () => {
        if (batch.length > 0) await telemetry.write(batch);
        written += batch.length;
        batch = [];
      };
      while (offset < end && !signal.aborted) {
        const entries = await reader.read(offset, Math.min(sliceEntries, end - offset), 0, signal);
        for (const { entry } of entries) {
          if (entry.kind !== 'frame' || !ids.has(entry.frame.deviceId)) continue;
          const waiting = this.#options.addReadings(entry.frame, batch);
          if (waiting) await waiting;
        }
        offset = (entries.at(-1)?.offset ?? offset - 1) + 1;
        if (batch.length >= batchReadings) await flush();
        await nextTurn();
      }
      await flush();
      return written;
    } finally {
      await reader.close();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking.stop();
  }
}
