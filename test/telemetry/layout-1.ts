import SqliteDatabase from 'better-sqlite3';

/** Writes a file as Tocsin 0.1 did: a row a reading. The value of the i-th time is i / 8, for each device. */
export function layout1File(file: string, devices: readonly string[], times: readonly number[]): void {
  const db = new SqliteDatabase(file);
  db.pragma('journal_mode = WAL');
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
    PRAGMA user_version = 1;
  `);
  db.transaction(() => {
    for (const device of devices) {
      const { id } = db
        .prepare<[string], { id: number }>("INSERT INTO series (deviceId, channel) VALUES (?, 'level') RETURNING id")
        .get(device)!;
      const add = db.prepare('INSERT INTO reading VALUES (?, ?, ?)');
      for (const [index, at] of times.entries()) add.run(id, at, index / 8);
    }
  })();
  db.close();
}
