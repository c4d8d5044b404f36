import SqliteDatabase from 'better-sqlite3';
import {
  type ColumnDataType,
  type ColumnDefinitionBuilder,
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';

/**
 * Everything that only SQLite understands: how a connection is set up, how a transaction begins, which column types
 * differ from PostgreSQL's. The rest of the store is written with the query and schema builder.
 */

/** How long a connection waits for another one's transaction before it fails with SQLITE_BUSY, in milliseconds. */
const busyTimeoutMs = 5000;

/**
 * SQL texts whose prepared statements are kept. The product has some two hundred; the bound is there because lists of
 * varying length (`in (?, ?, …)`) make texts without end.
 */
const preparedStatements = 500;

/** A number that the database counts up and never gives twice, even after the row is deleted. */
export const sequenceType: ColumnDataType = 'integer';
export const asSequence = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
  column.primaryKey().autoIncrement();
export const bytesType: ColumnDataType = 'blob';

/**
 * `begin` takes the write lock only at the first write; when another connection has written in between, the upgrade
 * fails at once with SQLITE_BUSY and the busy timeout does not help. So every transaction takes the lock when it begins.
 */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
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

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#config);
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** A dialect over one connection to `file`; it is closed by `Kysely.destroy()`. */
export function sqliteDialect(file: string): SqliteDialect {
  const connection = new SqliteDatabase(file, { timeout: busyTimeoutMs });
  connection.pragma('journal_mode = WAL');
  // A committed transaction survives a power cut: journal offsets and alarms are committed together here.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  const prepared = new Map<string, SqliteDatabase.Statement<unknown[]>>();
  return new TocsinSqliteDialect({
    database: {
      close: () => connection.close(),
      prepare: (sql) => {
        let statement = prepared.get(sql);
        if (statement) return statement;
        statement = connection.prepare<unknown[]>(sql);
        if (prepared.size >= preparedStatements) prepared.delete(prepared.keys().next().value!);
        prepared.set(sql, statement);
        return statement;
      },
    },
  });
}
