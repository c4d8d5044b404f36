import type SqliteDatabase from 'better-sqlite3';
import type { Clock } from '../../shared/clock.ts';
import { toBuckets } from './buckets.ts';
import type { FreshLog } from './fresh-log.ts';
import type { DiskWaits } from './layout.ts';
import type { OldRows } from './old-rows.ts';
import type { PackedTables, Place } from './packed-tables.ts';
import { bySlot, overlay } from './readings.ts';
import { Expiry, giveSpaceBack, type Retention } from './retention.ts';
import { rollUpMs, slotOf } from './slot.ts';

/** Readings in memory before they are packed: 50 MB of it, and twice that while they are packed. */
const maxFresh = 2 ** 21;
/** And for how long, so that a quiet town has as little to load at a start as a busy one. */
const maxFreshMs = 3_600_000;
/** A slot is put together as a whole when this has passed since its end: then all that was fresh of it is packed. */
const settleMs = 2 * maxFreshMs;
/** About how long a step may take. The writer and charts wait for it. */
const stepMs = 8;

export interface PackerOptions {
  db: SqliteDatabase.Database;
  waits: DiskWaits;
  fresh: FreshLog;
  packed: PackedTables;
  /** What an older file has left; the packer deletes it when nothing is. */
  old: OldRows | null;
  retention: Retention;
  clock: Clock;
}

/**
 * Turns what is fresh into parts, parts into blocks with their roll-ups, and deletes what was kept long enough: in
 * short steps, each a transaction, so that a crash leaves a reading in one of its places or in two, and never in none.
 */
export class Packer {
  readonly #options: PackerOptions;
  readonly #expiry: Expiry;
  #old: OldRows | null;
  #frozenAt: number;
  /** The next series of what was set aside. */
  #nextSeries = 0;

  constructor(options: PackerOptions) {
    this.#options = options;
    this.#expiry = new Expiry(options.db, options.packed, options.retention);
    this.#old = options.old;
    this.#frozenAt = options.clock.now();
  }

  /** What an older file has left. */
  get old(): OldRows | null {
    return this.#old;
  }

  /** Whether so much is fresh that a writer has to let steps go first. */
  get isBehind(): boolean {
    return this.#options.fresh.count >= maxFresh;
  }

  /**
   * Does the next bit of work.
   * @param everything what is fresh too, however young it is
   * @returns whether there is more to do now
   * @throws Error when the file cannot be written; nothing has changed then
   */
  step(everything = false): boolean {
    const { db, fresh, clock } = this.#options;
    if (fresh.frozen) return this.#packFresh();
    if (this.#isDue(everything)) {
      fresh.freeze();
      this.#frozenAt = clock.now();
      this.#nextSeries = 0;
      return true;
    }
    // What is older lies below what came since, so all of it is taken before there are blocks.
    return this.#takeOld() || this.#mergeParts() || this.#expiry.step(clock.now()) || giveSpaceBack(db);
  }

  #isDue(everything: boolean): boolean {
    const { fresh, clock } = this.#options;
    if (fresh.count === 0) return false;
    // The clock may have been set back.
    return everything || fresh.count >= maxFresh || Math.abs(clock.now() - this.#frozenAt) >= maxFreshMs;
  }

  #packFresh(): true {
    const { fresh, packed } = this.#options;
    const { frozen } = fresh;
    if (!frozen) return true;
    if (this.#nextSeries >= frozen.seriesEnd) {
      fresh.thawStep();
      return true;
    }
    const until = performance.now() + stepMs;
    this.#nextSeries = this.#commit(() => {
      let series = this.#nextSeries;
      for (; series < frozen.seriesEnd && performance.now() < until; series++) {
        for (const { slot, readings } of bySlot(frozen.of(series))) packed.addPart({ slot, series }, readings);
      }
      return series;
    });
    return true;
  }

  #takeOld(): boolean {
    const { db, packed } = this.#options;
    const old = this.#old;
    if (!old) return false;
    const committed = this.#commit(() =>
      old.takeStep((series, all) => {
        for (const { slot, readings } of bySlot(all)) packed.addOlderPart({ slot, series }, readings);
      }),
    );
    if (!committed()) return true;
    // What it has must be on the disk here before it goes there.
    db.pragma('wal_checkpoint(TRUNCATE)');
    old.delete();
    this.#old = null;
    return true;
  }

  #mergeParts(): boolean {
    const { packed, clock } = this.#options;
    const settled = slotOf(clock.now() - settleMs);
    let place = packed.firstWithParts(settled);
    if (!place) return false;
    const until = performance.now() + stepMs;
    this.#commit(() => {
      // At least one, however long the machine took to come here.
      do {
        this.#merge(place!);
        place = packed.firstWithParts(settled);
      } while (place && performance.now() < until);
    });
    return true;
  }

  #merge(place: Place): void {
    const { packed } = this.#options;
    const { layers, hasBlock } = packed.layers(place);
    // Where only the roll-up is left, a late reading cannot be added to it: it might be one that it has.
    if (hasBlock || !packed.rollUp(place)) {
      const readings = overlay(layers);
      packed.putBlock(place, readings, toBuckets(readings, rollUpMs));
    }
    packed.dropParts(place);
  }

  /** A power cut may take the last of these, but none without those behind it: readings are in the place before then. */
  #commit<Result>(work: () => Result): Result {
    const { db, waits } = this.#options;
    waits.set(false);
    return db.transaction(work)();
  }
}
