import { randomFillSync } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';

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
  #there = false;
  /** When it was given up or could not be made. */
  #gone = Number.NEGATIVE_INFINITY;

  /** @param bytes 0 for none: then it is always in place */
  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get there(): boolean {
    return this.#there || this.#bytes === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Puts it in place, unless it is. @returns whether it is. */
  async make(): Promise<boolean> {
    if (this.there) return true;
    if (performance.now() - this.#gone < RETRY_MS) return false;
    const found = await stat(this.#path).catch(() => null);
    if (found?.size !== this.#bytes && !(await this.#fill())) return false;
    this.#there = true;
    return true;
  }

  async giveUp(): Promise<void> {
    this.#there = false;
    this.#gone = performance.now();
    if (this.#bytes > 0) await rm(this.#path, { force: true });
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

/** Errors that say that there is no space for more: on the disk, in a quota, in a limit on the size of files. */
export function meansNoSpace(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EFBIG';
}
