import SqliteDatabase from 'better-sqlite3';
import type { Reading } from '../src/model/reading.ts';
import type { Bucket, RangeQuery } from '../src/telemetry/port.ts';

/** The reference: readings in a plain SQLite table, a row each, ordered by series and time, durable at each commit. */
export class RowTable {
  readonly #db: SqliteDatabase.Database;
  readonly #add: SqliteDatabase.Statement<[number, number, number]>;
  readonly #range: SqliteDatabase.Statement<Omit<RangeQuery, 'deviceId' | 'channel'> & { series: number }, Bucket>;
  readonly #series = new Map<string, number>();

  constructor(file: string) {
    this.#db = new SqliteDatabase(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.exec(`CREATE TABLE IF NOT EXISTS reading (
      series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (series, at)
    ) STRICT, WITHOUT ROWID`);
    this.#add = this.#db.prepare(
      'INSERT INTO reading VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    this.#range = this.#db.prepare(`
      SELECT at / CAST(@stepMs AS INTEGER) * CAST(@stepMs AS INTEGER) AS at,
        avg(value) AS mean, min(value) AS min, max(value) AS max, count(*) AS count
      FROM reading WHERE series = @series AND at >= @from AND at < @to GROUP BY 1 ORDER BY 1`);
  }

  write(readings: readonly Reading[]): void {
    this.#db.transaction(() => {
      for (const { deviceId, channel, measuredAt, value } of readings) {
        this.#add.run(this.#seriesOf(deviceId, channel), measuredAt, value);
      }
    })();
  }

  range({ deviceId, channel, from, to, stepMs }: RangeQuery): Bucket[] {
    return this.#range.all({ series: this.#seriesOf(deviceId, channel), from, to, stepMs });
  }

  close(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  #seriesOf(deviceId: string, channel: string): number {
    const key = `${deviceId}\n${channel}`;
    const series = this.#series.get(key) ?? this.#series.size + 1;
    this.#series.set(key, series);
    return series;
  }
}
