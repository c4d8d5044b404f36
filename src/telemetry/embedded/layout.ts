import type SqliteDatabase from 'better-sqlite3';

/** Layout of the file; another layout gets another number and a step that takes the old one over. */
export const layout = 2;

/** Blocks have some 3 KB: three of them fill such a page, while of SQLite's usual 4 KB a third would stay empty. */
const pageBytes = 8192;

/** The layout of an open file; 0 for an empty one. */
export function layoutOf(db: SqliteDatabase.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/**
 * Makes the tables in an empty file. `batch` is what was written and is not packed yet, in that order; `part` is what
 * was packed of a slot that may get more; `block` is a slot as a whole and `rollup` its buckets. Blocks are found by slot first,
 * so that a day's are made and go side by side. `taken` says how far the readings of an older file have been taken over.
 * @param oldFile a file of layout 1 whose readings are to be taken over; its series keep their numbers
 */
export function createLayout(db: SqliteDatabase.Database, oldFile: string | null): void {
  db.pragma(`page_size = ${pageBytes}`);
  // What is deleted is given back to the file system in small steps, see `giveSpaceBack`.
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  if (oldFile !== null) db.prepare('ATTACH ? AS old').run(oldFile);
  db.transaction(() => {
    db.exec(`
      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        deviceId TEXT NOT NULL,
        channel TEXT NOT NULL,
        UNIQUE (deviceId, channel)
      ) STRICT;
      CREATE TABLE batch (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
      CREATE TABLE part (
        slot INTEGER NOT NULL,
        series INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (slot, series, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE block (
        id INTEGER PRIMARY KEY,
        slot INTEGER NOT NULL,
        series INTEGER NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (slot, series)
      ) STRICT;
      CREATE TABLE rollup (
        id INTEGER PRIMARY KEY,
        slot INTEGER NOT NULL,
        series INTEGER NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (slot, series)
      ) STRICT;
      CREATE TABLE taken (series INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
      INSERT INTO taken VALUES (0, 0);
    `);
    if (oldFile !== null) db.exec('INSERT INTO series SELECT id, deviceId, channel FROM old.series');
    db.pragma(`user_version = ${layout}`);
  })();
  if (oldFile !== null) db.exec('DETACH old');
}

/** Commits wait for the disk, or only keep their order: then a power cut may take the last ones, never one before. */
export class DiskWaits {
  readonly #db: SqliteDatabase.Database;
  #waits = true;

  constructor(db: SqliteDatabase.Database) {
    this.#db = db;
    db.pragma('synchronous = FULL');
  }

  /** Not within a transaction. */
  set(waits: boolean): void {
    if (waits === this.#waits) return;
    this.#db.pragma(`synchronous = ${waits ? 'FULL' : 'NORMAL'}`);
    this.#waits = waits;
  }
}
