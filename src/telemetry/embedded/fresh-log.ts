import type SqliteDatabase from 'better-sqlite3';
import type { Reading } from '../../model/reading.ts';
import { stageBatch, toBatch } from './batch.ts';
import { FreshReadings } from './fresh-readings.ts';
import type { DiskWaits } from './layout.ts';
import type { Readings } from './readings.ts';
import type { SeriesIds } from './series-ids.ts';

/** Rows of batches that go in one step: each frees some pages. */
const batchesAStep = 200;

/**
 * What was written and is not packed yet: a row a batch in the file, so that a batch is one append whatever devices it
 * is from, and the same in memory, where it can be found by series. Memory is filled from the file at the start.
 *
 * `freeze()` sets what is there aside for the packer; until `thawStep()` has deleted its batches it is still read. After
 * a crash in between all of it is fresh again and is packed again, which leaves nothing twice.
 */
export class FreshLog {
  readonly #db: SqliteDatabase.Database;
  readonly #series: SeriesIds;
  readonly #waits: DiskWaits;
  readonly #addBatch: SqliteDatabase.Statement<[Buffer]>;
  readonly #dropBatches: SqliteDatabase.Statement<[number, number]>;
  #active = new FreshReadings();
  #frozen: { readings: FreshReadings; lastBatch: number } | null = null;
  #lastBatch = 0;

  constructor(db: SqliteDatabase.Database, series: SeriesIds, waits: DiskWaits) {
    this.#db = db;
    this.#series = series;
    this.#waits = waits;
    this.#addBatch = db.prepare('INSERT INTO batch (data) VALUES (?)');
    this.#dropBatches = db.prepare(
      'DELETE FROM batch WHERE id IN (SELECT id FROM batch WHERE id <= ? ORDER BY id LIMIT ?)',
    );
    const batches = db.prepare<[], { id: number; data: Buffer }>('SELECT id, data FROM batch ORDER BY id');
    for (const { id, data } of batches.iterate()) {
      stageBatch(data, this.#active);
      this.#lastBatch = id;
    }
    this.#active.commit();
  }

  /** How many readings are fresh and not set aside. */
  get count(): number {
    return this.#active.count;
  }

  get frozen(): FreshReadings | null {
    return this.#frozen?.readings ?? null;
  }

  /** Durable when it returns; on a throw nothing of it is there. */
  write(readings: readonly Reading[]): void {
    if (readings.length === 0) return;
    this.#waits.set(true);
    const fresh = this.#active;
    let committed = false;
    try {
      this.#lastBatch = this.#db.transaction(() => {
        for (const { deviceId, channel, measuredAt, value } of readings) {
          if (Number.isNaN(value) || !Number.isSafeInteger(measuredAt)) {
            throw new Error(`${deviceId} has ${value} at ${measuredAt} in ${channel}, which is no reading`);
          }
          fresh.stage(this.#series.take(deviceId, channel), measuredAt, value);
        }
        return Number(this.#addBatch.run(toBatch(fresh)).lastInsertRowid);
      })();
      committed = true;
    } finally {
      this.#series.end(committed);
      if (committed) fresh.commit();
      else fresh.drop();
    }
  }

  /** What is fresh of a series, the older layer first. */
  layersOf(series: number): Readings[] {
    const active = this.#active.of(series);
    return this.#frozen ? [this.#frozen.readings.of(series), active] : [active];
  }

  newestOf(series: number): { at: number; value: number } | null {
    const active = this.#active.newestOf(series);
    const frozen = this.#frozen?.readings.newestOf(series);
    return frozen && !(active && active.at >= frozen.at) ? frozen : active;
  }

  /** Sets aside what is fresh, so that it can be packed while more comes. Only when nothing is set aside. */
  freeze(): void {
    this.#frozen = { readings: this.#active, lastBatch: this.#lastBatch };
    this.#active = new FreshReadings();
  }

  /** Deletes batches of what was set aside and has been packed, the oldest first. @returns whether all are gone */
  thawStep(): boolean {
    if (!this.#frozen) return true;
    const { changes } = this.#dropBatches.run(this.#frozen.lastBatch, batchesAStep);
    if (changes === batchesAStep) return false;
    this.#frozen = null;
    return true;
  }
}
