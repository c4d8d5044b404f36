import type SqliteDatabase from 'better-sqlite3';
import type { Buckets } from './buckets.ts';
import { packBuckets, unpackBuckets } from './packed-buckets.ts';
import { packReadings, unpackReadings } from './packed-readings.ts';
import { noReadings, overlay, type Readings } from './readings.ts';
import { rollUpMs, slotMs } from './slot.ts';

/** A device's channel in one slot. */
export interface Place {
  slot: number;
  series: number;
}

/** The packed readings of a slot, and what they come to in buckets. Transactions are the caller's. */
export class PackedTables {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #onDamaged: (place: Place, error: unknown) => void;
  /** Slots that have anything; null when that has to be looked up. */
  #slots: Set<number> | null = null;

  /** @param onDamaged told of a row that cannot be read; everything else is */
  constructor(db: SqliteDatabase.Database, onDamaged: (place: Place, error: unknown) => void) {
    this.#statements = prepare(db);
    this.#onDamaged = onDamaged;
  }

  /** The readings of a place, in layers: where both have the same time a later one counts. Parts lie over the block. */
  layers(place: Place): { layers: Readings[]; hasBlock: boolean } {
    const parts = this.#statements.parts.all(place);
    const block = this.#statements.block.get(place);
    const rows = block ? [block, ...parts] : parts;
    return { layers: rows.map(({ data }) => this.#unpack(place, data)), hasBlock: block !== undefined };
  }

  rollUp(place: Place): Buckets | null {
    const row = this.#statements.rollUp.get(place);
    if (!row) return null;
    try {
      return unpackBuckets(row.data, place.slot * slotMs, rollUpMs);
    } catch (error) {
      this.#onDamaged(place, error);
      return null;
    }
  }

  hasParts(place: Place): boolean {
    return this.#statements.anyPart.get(place) !== undefined;
  }

  /** Lays readings over what is there. Many parts become one, so that a chart of today has few to read. */
  addPart(place: Place, readings: Readings): void {
    this.#slots?.add(place.slot);
    const { parts, last } = this.#statements.newerParts.get(place)!;
    if (parts < maxParts) {
      this.#statements.addPart.run({ ...place, seq: (last ?? -1) + 1, data: packReadings(readings) });
      return;
    }
    const rows = this.#statements.parts.all(place).filter(({ seq }) => seq >= 0);
    const together = overlay([...rows.map(({ data }) => this.#unpack(place, data)), readings]);
    this.#statements.dropNewerParts.run(place);
    this.#statements.addPart.run({ ...place, seq: 0, data: packReadings(together) });
  }

  /** Lays readings below all parts that are there; there is no block yet. */
  addOlderPart(place: Place, readings: Readings): void {
    this.#slots?.add(place.slot);
    const first = this.#statements.firstSeq.get(place)?.seq ?? 0;
    this.#statements.addPart.run({ ...place, seq: Math.min(first, 0) - 1, data: packReadings(readings) });
  }

  putBlock(place: Place, readings: Readings, rollUp: Buckets): void {
    this.#statements.putBlock.run({ ...place, data: packReadings(readings) });
    this.#statements.putRollUp.run({ ...place, data: packBuckets(rollUp, place.slot * slotMs, rollUpMs) });
  }

  dropParts(place: Place): void {
    this.#statements.dropParts.run(place);
  }

  /** The first place below the slot that has parts. */
  firstWithParts(slotEnd: number): Place | null {
    return this.#statements.firstWithParts.get(slotEnd) ?? null;
  }

  /** The slots from `first` to `last` that have anything of any series, in order. */
  slots(first: number, last: number): number[] {
    this.#slots ??= new Set(this.#statements.slots.flatMap(distinct));
    return [...this.#slots].filter((slot) => first <= slot && slot <= last).sort((a, b) => a - b);
  }

  /** Whole slots may have gone. */
  slotsChanged(): void {
    this.#slots = null;
  }

  #unpack(place: Place, data: Buffer): Readings {
    try {
      return unpackReadings(data);
    } catch (error) {
      this.#onDamaged(place, error);
      return noReadings;
    }
  }
}

/** Parts of a place that a chart has to read, some 10 µs each. */
const maxParts = 32;

function prepare(db: SqliteDatabase.Database) {
  const here = 'WHERE slot = @slot AND series = @series';
  const put = (table: string) =>
    `INSERT INTO ${table} (slot, series, data) VALUES (@slot, @series, @data)
    ON CONFLICT DO UPDATE SET data = excluded.data`;
  type Row = Place & { data: Buffer };
  return {
    parts: db.prepare<Place, { seq: number; data: Buffer }>(`SELECT seq, data FROM part ${here} ORDER BY seq`),
    anyPart: db.prepare<Place, unknown>(`SELECT 1 FROM part ${here} LIMIT 1`),
    newerParts: db.prepare<Place, { parts: number; last: number | null }>(
      `SELECT count(*) AS parts, max(seq) AS last FROM part ${here} AND seq >= 0`,
    ),
    firstSeq: db.prepare<Place, { seq: number }>(`SELECT seq FROM part ${here} ORDER BY seq LIMIT 1`),
    addPart: db.prepare<Row & { seq: number }>(
      'INSERT INTO part (slot, series, seq, data) VALUES (@slot, @series, @seq, @data)',
    ),
    dropParts: db.prepare<Place>(`DELETE FROM part ${here}`),
    dropNewerParts: db.prepare<Place>(`DELETE FROM part ${here} AND seq >= 0`),
    firstWithParts: db.prepare<[number], Place>(
      'SELECT slot, series FROM part WHERE slot < ? ORDER BY slot, series LIMIT 1',
    ),
    block: db.prepare<Place, { data: Buffer }>(`SELECT data FROM block ${here}`),
    putBlock: db.prepare<Row>(put('block')),
    rollUp: db.prepare<Place, { data: Buffer }>(`SELECT data FROM rollup ${here}`),
    putRollUp: db.prepare<Row>(put('rollup')),
    slots: ['part', 'block', 'rollup'].map((table) =>
      db.prepare<[number], { slot: number | null }>(`SELECT min(slot) AS slot FROM ${table} WHERE slot > ?`),
    ),
  };
}

/** Walks from slot to slot, without a look at what lies between. */
function distinct(next: SqliteDatabase.Statement<[number], { slot: number | null }>): number[] {
  const found: number[] = [];
  for (let slot = next.get(-Infinity)!.slot; slot !== null; slot = next.get(slot)!.slot) found.push(slot);
  return found;
}
