import { type FileHandle, open } from 'node:fs/promises';
import { TocsinError } from '../shared/errors.ts';
import { decodeBody } from './codec.ts';
import type { JournalReader, StoredEntry } from './port.ts';
import { Progress } from './progress.ts';
import { bodyLength, HEADER_BYTES, openRecord } from './record.ts';
import { listSegments, partitionDir, segmentPath } from './segments.ts';

/** Following the live end takes small reads, catching up large ones. */
const SMALLEST_BLOCK = 64 * 1024;
const LARGEST_BLOCK = 1024 * 1024;

export interface JournalReaderOptions {
  /** Folder of the journal, as given to the writer. */
  dir: string;
  partition: number;
  /** From the writer; passed to other threads as it is. */
  progress: SharedArrayBuffer;
}

/** Opens a partition of the embedded journal for one consumer, in any thread of the writer's process. */
export async function openJournalReader(options: JournalReaderOptions): Promise<JournalReader> {
  const dir = partitionDir(options.dir, options.partition);
  return new PartitionReader(dir, new Progress(options.progress, options.partition));
}

/**
 * Reads forward with one cursor. Entries below the end never change, so a block may be used up to the end that was
 * known before the block was read; what lies behind may be a write under way and is read again later.
 */
class PartitionReader implements JournalReader {
  readonly #dir: string;
  readonly #progress: Progress;
  #file: FileHandle | null = null;
  /** Offset of the entry that the cursor stands at. */
  #offset = -1;
  #block = Buffer.alloc(0);
  /** Where `#block` begins in the segment. */
  #position = 0;
  /** The cursor in `#block`. */
  #at = 0;
  /** Offset up to which `#block` may be used. */
  #trusted = 0;
  #blockSize = SMALLEST_BLOCK;

  constructor(dir: string, progress: Progress) {
    this.#dir = dir;
    this.#progress = progress;
  }

  start(): number {
    return this.#progress.start;
  }

  end(): number {
    return this.#progress.end;
  }

  /**
   * See the port. One call at a time.
   * @throws TocsinError JOURNAL_TRIMMED for an offset that is no longer kept, JOURNAL_BEHIND for one that the journal
   * has never given, JOURNAL_CORRUPT when the medium has changed what was written.
   */
  async read(offset: number, max: number, waitMs: number, signal: AbortSignal): Promise<StoredEntry[]> {
    this.#check(offset);
    if (offset === this.end()) await this.#progress.waitBeyond(offset, waitMs, signal);
    const end = this.end();
    const entries: StoredEntry[] = [];
    if (signal.aborted || offset >= end) return entries;
    if (offset !== this.#offset) await this.#seek(offset);
    try {
      while (entries.length < max && this.#offset < end) entries.push(await this.#next());
    } catch (error) {
      // What comes before the damage is good: the next call, which begins at it, tells.
      if (entries.length === 0) throw error;
    }
    return entries;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    this.#offset = -1;
  }

  #check(offset: number): void {
    const start = this.start();
    if (offset < start) {
      throw new TocsinError(
        'JOURNAL_TRIMMED',
        `The journal begins at ${start}, entry ${offset} is no longer kept; go on from there, what lies between is lost.`,
        { offset, start },
      );
    }
    const end = this.end();
    if (offset > end) {
      throw new TocsinError(
        'JOURNAL_BEHIND',
        `The journal ends at ${end}, before entry ${offset}; bring back the journal that belongs to this store.`,
        { offset, end },
      );
    }
  }

  async #seek(offset: number): Promise<void> {
    const segments = await listSegments(this.#dir);
    const base = segments.findLast((first) => first <= offset);
    if (base === undefined) this.#check(offset);
    await this.#openSegment(base!);
    while (this.#offset < offset) this.#advance(await this.#nextLength());
  }

  async #openSegment(base: number): Promise<void> {
    await this.close();
    try {
      this.#file = await open(segmentPath(this.#dir, base), 'r');
    } catch (error) {
      // It may have been trimmed between the look and the opening.
      this.#check(base);
      throw error;
    }
    this.#offset = base;
    this.#position = 0;
    this.#at = 0;
    this.#block = this.#block.subarray(0, 0);
  }

  async #next(): Promise<StoredEntry> {
    const length = await this.#nextLength();
    const body = openRecord(this.#block, this.#at, length);
    if (body === null) throw this.#corrupt();
    const stored = { offset: this.#offset, entry: decodeBody(body) };
    this.#advance(length);
    return stored;
  }

  #advance(length: number): void {
    this.#at += HEADER_BYTES + length;
    this.#offset++;
  }

  /** Length of the body at the cursor, with the whole record in the block. */
  async #nextLength(): Promise<number> {
    let wanted = HEADER_BYTES;
    let read = false;
    for (;;) {
      const there = this.#offset < this.#trusted ? this.#block.length - this.#at : 0;
      if (there >= HEADER_BYTES) {
        const length = bodyLength(this.#block, this.#at);
        if (length === null) throw this.#corrupt();
        wanted = HEADER_BYTES + length;
        if (there >= wanted) return length;
      }
      if (read && there === 0 && this.#position > 0) {
        // The entry exists and is not here: this segment is at its end.
        await this.#openSegment(this.#offset);
      } else if (read && this.#block.length < this.#blockSize) {
        throw this.#corrupt();
      }
      await this.#readBlock(wanted);
      read = true;
    }
  }

  async #readBlock(wanted: number): Promise<void> {
    const full = this.#block.length === this.#blockSize;
    this.#blockSize = Math.max(wanted, full ? Math.min(2 * this.#blockSize, LARGEST_BLOCK) : SMALLEST_BLOCK);
    this.#position += this.#at;
    this.#at = 0;
    this.#trusted = this.#progress.end;
    // A new one each time: entries handed out are views into the last one.
    const block = Buffer.allocUnsafeSlow(this.#blockSize);
    const { bytesRead } = await this.#file!.read(block, 0, block.length, this.#position);
    this.#block = block.subarray(0, bytesRead);
  }

  #corrupt(): TocsinError {
    return new TocsinError(
      'JOURNAL_CORRUPT',
      `Entry ${this.#offset} in ${this.#dir} is damaged; restore the folder from a copy, or move the consumer past it.`,
      { offset: this.#offset, dir: this.#dir },
    );
  }
}
