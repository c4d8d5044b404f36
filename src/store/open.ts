import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely, type Transaction } from 'kysely';
import { TocsinError } from '../shared/errors.ts';
import type { Database } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export type Store = Kysely<Database>;

/** What functions of the store take: the store itself, or the transaction they are to be part of. */
export type StoreOrTransaction = Kysely<Database> | Transaction<Database>;

export interface StoreOptions {
  /**
   * When what is committed survives a power cut. `at once`, or `later`: with the next transaction that is so at once,
   * of whatever connection. Until then a power cut takes back all of them from one on, never one without those after
   * it, and nothing is lost when only the process ends. It saves the wait for the disk.
   */
  durable?: 'at once' | 'later';
}

/**
 * Opens the relational store; several threads and processes may open the same file. Creates the folder and the file,
 * not the tables: see `migrate`. Close it with `store.destroy()`.
 *
 * A transaction takes the write lock when it begins and holds up all other writers until it ends, so nothing but the
 * store is waited for inside; a writer waits for at most 5 s, without blocking its thread, then fails with SQLITE_BUSY.
 * @throws TocsinError STORE_UNAVAILABLE when there is no space, no right to write, or the file is no store.
 */
export async function openStore(file: string, { durable = 'at once' }: StoreOptions = {}): Promise<Store> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return new Kysely<Database>({ dialect: sqliteDialect(file, durable) });
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

function cannotOpen(file: string, cause: unknown): TocsinError {
  const { code, message } = cause as Error & { code?: string };
  // What SQLite means by an I/O error is mostly that there was no space for its log.
  const cure =
    code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT'
      ? 'bring it back from a backup'
      : 'make room on the disk and check who may write there';
  const text = `The store ${file} cannot be opened (${message}): ${cure}, then start again.`;
  return Object.assign(new TocsinError('STORE_UNAVAILABLE', text), { cause });
}
