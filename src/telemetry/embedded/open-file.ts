import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { createLayout, layout, layoutOf } from './layout.ts';
import { OldRows } from './old-rows.ts';

export interface OpenFile {
  db: SqliteDatabase.Database;
  /** What a file of layout 1 has left to be taken over. */
  old: OldRows | null;
}

/**
 * Opens the file of readings and makes it when it is missing. A file of layout 1 is set aside under another name, and
 * a new one takes its place; a crash in between finds both as they are.
 * @throws Error when it cannot be opened, or has a layout that is not known
 */
export function openFile(file: string): OpenFile {
  mkdirSync(dirname(file), { recursive: true });
  const oldFile = join(dirname(file), `layout-1${extname(file)}`);
  setAsideLayout1(file, oldFile);
  const db = new SqliteDatabase(file);
  try {
    const found = layoutOf(db);
    if (found === 0) createLayout(db, existsSync(oldFile) ? oldFile : null);
    else if (found !== layout) {
      throw new Error(`it has layout ${found}, and this version of Tocsin knows layout ${layout}`);
    }
    return { db, old: existsSync(oldFile) ? new OldRows(oldFile, db) : null };
  } catch (error) {
    db.close();
    throw error;
  }
}

function setAsideLayout1(file: string, oldFile: string): void {
  if (!existsSync(file)) return;
  const db = new SqliteDatabase(file);
  try {
    if (layoutOf(db) !== 1) return;
    if (existsSync(oldFile)) throw new Error(`${oldFile} is in the way of taking it over`);
    // So that everything is in the one file, which then has no others beside it.
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
  renameSync(file, oldFile);
}
