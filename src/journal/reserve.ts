import { randomFillSync } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../shared/logger.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Before it is tried again, in milliseconds: each attempt takes for a moment what little there is. */
const RETRY_MS = 3_000;

/**
 * A file that only takes up space. When the disk is full it is given up, so that urgent entries, the store's commits and
 * the log go on; making it again is the proof that there is space.
 */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  #made: boolean;
  #lost = false;
  #making: Promise<void> | null = null;
  /** When it was given up or could not be made. */
  #gone = Number.NEGATIVE_INFINITY;

  /** @param bytes 0 for none: then it is always in place */
  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
    this.#made = bytes === 0;
  }

  /** Whether it was given up and is not in place again. */
  get lost(): boolean {
    return this.#lost;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to put it in place, unless it is or has just failed. Nobody waits for it. */
  make(): void {
    if (this.#made || performance.now() - this.#gone < RETRY_MS) return;
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
  }

  async giveUp(): Promise<void> {
    if (this.#bytes === 0) return;
    this.#lost = true;
    this.#made = false;
    this.#gone = performance.now();
    await rm(this.#path, { force: true });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#making;
  }

  async #make(): Promise<void> {
    const found = await stat(this.#path).catch(() => null);
    if (found?.size !== this.#bytes && !(await this.#fill())) return;
    this.#made = true;
    this.#lost = false;
  }

  async #fill(): Promise<boolean> {
    const unfinished = `${this.#path}.new`;
    let file: FileHandle | undefined;
    try {
      file = await open(unfinished, 'w');
      // Noise: a file system that compresses or leaves out zeros would keep nothing.
      const block = randomFillSync(Buffer.allocUnsafe(Math.min(BLOCK_BYTES, this.#bytes)));
      for (let at = 0; at < this.#bytes; at += block.length) {
        await file.writev([block.subarray(0, this.#bytes - at)]);
      }
      await file.sync();
      await rename(unfinished, this.#path);
      return true;
    } catch {
      this.#gone = performance.now();
      await rm(unfinished, { force: true });
      return false;
    } finally {
      await file?.close();
    }
  }
}

/** Where the reserve of the journal in a folder is. */
export function reservePath(dir: string): string {
  return join(dir, 'reserve');
}

/**
 * Gives up the reserve of a journal that is not open where less than `leastBytes` of the disk are free: what comes before
 * the journal in a start, above all the store, needs some space too. It is made again when there is space.
 */
export async function giveUpReserve(dir: string, leastBytes: number, log: Logger): Promise<void> {
  const path = reservePath(dir);
  const found = await stat(path).catch(() => null);
  if (found === null) return;
  const { bsize, bavail } = await statfs(dir);
  if (bsize * bavail >= leastBytes) return;
  log.warn(
    { room: 'journal', free: bsize * bavail, bytes: found.size },
    'the disk is full; the reserve is given up to start',
  );
  await rm(path);
}

/** Errors that say that there is no space for more: on the disk, in a quota, in a limit on the size of files. */
export function meansNoSpace(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EFBIG';
}
