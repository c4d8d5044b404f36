import { join } from 'node:path';
import Database from 'better-sqlite3';
import { TocsinError } from '../shared/errors.ts';

/**
 * Makes sure that one process at a time writes a journal: a second one would take the first one's unfinished write for
 * a torn tail and cut it off. SQLite is used for its file lock alone, which the system gives back when a process dies.
 * @returns the function that gives the lock back.
 * @throws TocsinError JOURNAL_LOCKED when it is taken.
 */
export function lockJournal(dir: string): () => void {
  const file = new Database(join(dir, 'lock'), { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    if (!(cause instanceof Database.SqliteError && cause.code === 'SQLITE_BUSY')) throw cause;
    throw new TocsinError(
      'JOURNAL_LOCKED',
      `Another Tocsin is using the journal in ${dir}; stop it, or set another dataDir.`,
      { dir },
    );
  }
  return () => file.close();
}
