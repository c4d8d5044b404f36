import { setTimeout } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import {
  type ColumnDataType,
  type ColumnDefinitionBuilder,
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  sql,
} from 'kysely';
import type { Store } from './open.ts';

/**
 * Everything that only SQLite understands: how a connection is set up, how a transaction begins, which column types
 * differ from PostgreSQL's. The rest of the store is written with the query and schema builder.
 */

/** How long a connection waits for another one's transaction before it fails with SQLITE_BUSY, in milliseconds. */
const busyTimeoutMs = 5000;
/** Waits between two attempts, the last one again and again. Like SQLite's own, but shorter at the end. */
const busyWaitsMs = [1, 2, 5, 10];

/**
 * SQL texts whose prepared statements are kept. The product has some two hundred; the bound is there because lists of
 * varying length (`in (?, ?, …)`) make texts without end.
 */
const preparedStatements = 500;

/**
 * Pages in the write-ahead log at which the next commit would copy them into the file, 8 MB, as long as `keepRoom` makes
 * it. `moveLog` does it before: otherwise an alarm's commit, or the thread that acknowledges, would wait for it every few
 * seconds.
 */
const logPages = 2_000;

/** A number that the database counts up and never gives twice, even after the row is deleted. */
export const sequenceType: ColumnDataType = 'integer';
export const asSequence = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
  column.primaryKey().autoIncrement();
export const bytesType: ColumnDataType = 'blob';

/**
 * Waits for other connections' transactions without standing in the way: SQLite's own busy timeout sleeps in the
 * thread, so that the gateway would acknowledge nothing meanwhile, and a transaction of another connection in the same
 * thread could never end.
 */
class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    let waitedMs = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#connection.executeQuery<R>(query);
      } catch (error) {
        if (!isBusy(error) || waitedMs >= busyTimeoutMs) throw error;
        const waitMs = busyWaitsMs[Math.min(attempt, busyWaitsMs.length - 1)]!;
        await setTimeout(waitMs);
        waitedMs += waitMs;
      }
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, chunkSize);
  }
}

/** RECOVERY: another connection is putting the log in order after a crash. */
function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && ['SQLITE_BUSY', 'SQLITE_BUSY_RECOVERY'].includes(error.code);
}

class TocsinSqliteDriver extends SqliteDriver {
  #connection: PatientConnection | undefined;
  readonly #inTransaction: () => boolean;

  constructor(config: SqliteDialectConfig, inTransaction: () => boolean) {
    super(config);
    this.#inTransaction = inTransaction;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= new PatientConnection(await super.acquireConnection());
    return this.#connection;
  }

  /**
   * `begin` takes the write lock only at the first write; when another connection has written in between, that fails
   * at once and waiting does not help. So every transaction takes the lock when it begins.
   */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /**
   * On a full or failing disk SQLite rolls back by itself. A second `rollback` fails then, and its error would stand in
   * the place of the one that says what is wrong.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#inTransaction()) await super.rollbackTransaction(connection);
  }
}

/** SQLite rolls back changes of the schema like any other, so a migration that fails leaves nothing behind. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class TocsinSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #inTransaction: () => boolean;

  constructor(config: SqliteDialectConfig, inTransaction: () => boolean) {
    super(config);
    this.#config = config;
    this.#inTransaction = inTransaction;
  }

  override createDriver(): Driver {
    return new TocsinSqliteDriver(this.#config, this.#inTransaction);
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Copies what is in the write-ahead log into the file, as far as readers allow; holds up neither readers nor writers. */
export async function moveLog(store: Store): Promise<void> {
  await sql`pragma wal_checkpoint(passive)`.execute(store);
}

/** A dialect over one connection to `file`; it is closed by `Kysely.destroy()`. */
export function sqliteDialect(file: string, durable: 'at once' | 'later'): SqliteDialect {
  const connection = new SqliteDatabase(file, { timeout: busyTimeoutMs });
  connection.pragma('journal_mode = WAL');
  // A committed transaction survives a power cut: journal offsets and alarms are committed together here.
  connection.pragma(`synchronous = ${durable === 'at once' ? 'FULL' : 'NORMAL'}`);
  connection.pragma('foreign_keys = ON');
  connection.pragma(`wal_autocheckpoint = ${logPages}`);
  // From here on PatientConnection waits.
  connection.pragma('busy_timeout = 0');
  const prepared = new Map<string, SqliteDatabase.Statement<unknown[]>>();
  const database = {
    close: () => connection.close(),
    prepare: (sql: string) => {
      let statement = prepared.get(sql);
      if (statement) return statement;
      statement = connection.prepare<unknown[]>(sql);
      if (prepared.size >= preparedStatements) prepared.delete(prepared.keys().next().value!);
      prepared.set(sql, statement);
      return statement;
    },
  };
  return new TocsinSqliteDialect({ database }, () => connection.inTransaction);
}
