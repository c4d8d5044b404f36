import type SqliteDatabase from 'better-sqlite3';

/** Some 150 bytes each: bounded, so that devices that come and go do not fill the memory. */
const maxKnown = 500_000;

/** Numbers of the series: a device and a channel each. A transaction that failed leaves none that it added. */
export class SeriesIds {
  readonly #add: SqliteDatabase.Statement<[string, string], { id: number }>;
  readonly #find: SqliteDatabase.Statement<[string, string], { id: number }>;
  /** Device → channel → number. Of a few channels a list is found in faster than a map, and smaller. */
  #known = new Map<string, { channel: string; id: number }[]>();
  #count = 0;
  #added = 0;

  constructor(db: SqliteDatabase.Database) {
    this.#add = db.prepare(
      'INSERT INTO series (deviceId, channel) VALUES (?, ?) ON CONFLICT DO UPDATE SET channel = channel RETURNING id',
    );
    this.#find = db.prepare('SELECT id FROM series WHERE deviceId = ? AND channel = ?');
  }

  /** The number of a series, within a transaction that may add it. */
  take(deviceId: string, channel: string): number {
    const known = this.#known.get(deviceId);
    if (known) for (const series of known) if (series.channel === channel) return series.id;
    const { id } = this.#add.get(deviceId, channel)!;
    if (known) known.push({ channel, id });
    else this.#known.set(deviceId, [{ channel, id }]);
    this.#added += 1;
    this.#count += 1;
    return id;
  }

  /** The transaction is over; what it added is forgotten when it failed. */
  end(committed: boolean): void {
    if (this.#count > maxKnown || (!committed && this.#added > 0)) {
      this.#known = new Map();
      this.#count = 0;
    }
    this.#added = 0;
  }

  find(deviceId: string, channel: string): number | null {
    const known = this.#known.get(deviceId)?.find((series) => series.channel === channel);
    return known?.id ?? this.#find.get(deviceId, channel)?.id ?? null;
  }
}
