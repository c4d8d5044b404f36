import type SqliteDatabase from 'better-sqlite3';
import type { PackedTables } from './packed-tables.ts';
import { slotMs, slotOf } from './slot.ts';

/** Blocks that go in one step. */
const blocksAStep = 500;
/** Free pages of 8 KB that are kept for what comes next: giving them back to take them again were of no use. */
const sparePages = 512;
/** Pages that are given back in a step; each may move another one. */
const pagesAStep = 200;

/**
 * Days with readings that must stand after what is deleted: a clock that is set months ahead by mistake takes nothing
 * for a week, which is time to see it.
 */
const daysThatStand = 7;

export interface Retention {
  /** How long readings are kept, milliseconds. */
  raw: number;
  /** How long their roll-ups are kept, milliseconds. */
  downsampled: number;
}

/** Deletes whole slots that are older than they are to be kept, in steps. */
export class Expiry {
  readonly #retention: Retention;
  readonly #packed: PackedTables;
  readonly #dropBlocks: SqliteDatabase.Statement<[number, number]>;
  readonly #dropRollUps: SqliteDatabase.Statement<[number, number]>;

  constructor(db: SqliteDatabase.Database, packed: PackedTables, retention: Retention) {
    this.#retention = retention;
    this.#packed = packed;
    const drop = (table: string) =>
      db.prepare<[number, number]>(
        `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE slot < ? ORDER BY slot LIMIT ?)`,
      );
    this.#dropBlocks = drop('block');
    this.#dropRollUps = drop('rollup');
  }

  /** @returns whether anything was deleted: there may be more */
  step(now: number): boolean {
    const { raw, downsampled } = this.#retention;
    const blocks = this.#drop(this.#dropBlocks, now, raw);
    const rollUps = this.#drop(this.#dropRollUps, now, downsampled);
    if (blocks + rollUps > 0) this.#packed.slotsChanged();
    return blocks + rollUps > 0;
  }

  #drop(statement: SqliteDatabase.Statement<[number, number]>, now: number, keptMs: number): number {
    const end = slotOf(now - keptMs);
    const standing = this.#packed.slots(end, Infinity).length;
    if (standing < Math.min(daysThatStand, keptMs / slotMs)) return 0;
    return statement.run(end, blocksAStep).changes;
  }
}

/** Makes the file smaller by what is free beyond a reserve, in steps. @returns whether there is more */
export function giveSpaceBack(db: SqliteDatabase.Database): boolean {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  const spare = Math.max(sparePages, (db.pragma('page_count', { simple: true }) as number) / 8);
  if (free <= spare) return false;
  db.pragma(`incremental_vacuum(${pagesAStep})`);
  return (db.pragma('freelist_count', { simple: true }) as number) < free;
}
