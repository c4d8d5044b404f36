import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Reading } from '../model/reading.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Bucket, LatestValue, RangeQuery, Telemetry } from './port.ts';

/** Layout of the file; another layout gets another number and a step that rewrites the old one. */
const layout = 1;

/**
 * Readings in one SQLite file: a row a reading, stored in the order (series, time), so that a range is read in one
 * piece. Calls block their thread for milliseconds: it belongs in a thread of its own.
 *
 * A commit waits for the disk (`synchronous = FULL`): the writer's offset is kept in another file, and must never be
 * ahead of the readings after a power cut. It costs a fifth of the speed, which the journal's intake does not reach.
 * @param file its folder is made
 */
export function createEmbeddedTelemetry(file: string): Telemetry {
  let opened: OpenFile | null = null;
  let closed = false;
  const use = <Result>(work: (open: OpenFile) => Result): Result => {
    try {
      if (closed) throw new Error('it is closed');
      opened ??= open(file);
      return work(opened);
    } catch (error) {
      throw new TocsinError(
        'TELEMETRY_UNAVAILABLE',
        `The telemetry file ${file} cannot be used: ${(error as Error).message}. Check the disk and the file's owner.`,
      );
    }
  };

  return {
    prepare: async () => use(() => {}),
    write: async (readings) => use((open) => open.write(readings)),
    range: async (query) => use((open) => open.range(query)),
    latest: async (deviceId, channels) => use((open) => open.latest(deviceId, channels)),
    close: async () => {
      closed = true;
      opened?.close();
    },
  };
}

type OpenFile = ReturnType<typeof open>;

function open(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  const db = new SqliteDatabase(file);
  try {
    prepareLayout(db);
  } catch (error) {
    db.close();
    throw error;
  }

  const addSeries = db.prepare<[string, string], { id: number }>(
    'INSERT INTO series (deviceId, channel) VALUES (?, ?) ON CONFLICT DO UPDATE SET channel = channel RETURNING id',
  );
  const addReading = db.prepare<[number, number, number]>(
    'INSERT INTO reading (series, at, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  // Numbers arrive as REAL when they are large: without the casts the division would not be one of integers.
  const selectRange = db.prepare<RangeQuery, Bucket>(`
    SELECT at / CAST(@stepMs AS INTEGER) * CAST(@stepMs AS INTEGER) AS at,
      avg(value) AS mean, min(value) AS min, max(value) AS max, count(*) AS count
    FROM reading
    WHERE series = (SELECT id FROM series WHERE deviceId = @deviceId AND channel = @channel)
      AND at >= @from AND at < @to
    GROUP BY 1 ORDER BY 1`);
  const selectLatest = db.prepare<[string, string], Omit<LatestValue, 'channel'>>(`
    SELECT value, at AS measuredAt FROM reading
    WHERE series = (SELECT id FROM series WHERE deviceId = ? AND channel = ?)
    ORDER BY at DESC LIMIT 1`);

  /** Ids of the series seen so far; only of committed ones. */
  let known = new Map<string, number>();
  const writeAll = db.transaction((readings: readonly Reading[], fresh: Map<string, number>) => {
    for (const { deviceId, channel, measuredAt, value } of readings) {
      const key = `${deviceId}\n${channel}`;
      let series = known.get(key) ?? fresh.get(key);
      if (series === undefined) {
        series = addSeries.get(deviceId, channel)!.id;
        fresh.set(key, series);
      }
      addReading.run(series, measuredAt, value);
    }
  });

  return {
    write(readings: readonly Reading[]): void {
      const fresh = new Map<string, number>();
      writeAll(readings, fresh);
      if (known.size > maxKnownSeries) known = new Map();
      for (const [key, series] of fresh) known.set(key, series);
    },
    range: (query: RangeQuery): Bucket[] => selectRange.all(query),
    latest: (deviceId: string, channels: readonly string[]): LatestValue[] =>
      channels.flatMap((channel) => {
        const row = selectLatest.get(deviceId, channel);
        return row ? [{ channel, ...row }] : [];
      }),
    close: () => void db.close(),
  };
}

/** Some 150 bytes each: bounded, so that devices that come and go do not fill the memory. */
const maxKnownSeries = 500_000;

function prepareLayout(db: SqliteDatabase.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const found = db.pragma('user_version', { simple: true });
  if (found === layout) return;
  if (found !== 0) throw new Error(`it has layout ${found}, and this version of Tocsin knows layout ${layout}`);
  db.transaction(() => {
    db.exec(`
      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        deviceId TEXT NOT NULL,
        channel TEXT NOT NULL,
        UNIQUE (deviceId, channel)
      ) STRICT;
      CREATE TABLE reading (
        series INTEGER NOT NULL,
        at INTEGER NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (series, at)
      ) STRICT, WITHOUT ROWID;
    `);
    db.pragma(`user_version = ${layout}`);
  })();
}
