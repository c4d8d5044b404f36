import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { TocsinError } from '../shared/errors.ts';
import { decodeBody } from './codec.ts';
import { locate } from './locate.ts';
import { isMark, MARK_BYTES, readMark } from './mark.ts';
import { offsetAt } from './offset-at.ts';
import type { JournalReader, StoredEntry } from './port.ts';
import { Progress } from './progress.ts';
import { bodyLength, HEADER_BYTES, openRecord } from './record.ts';
import { listSegments, partitionDir, segmentPath } from './segments.ts';
import { Window } from './window.ts';

/** Following the live end takes small reads, catching up large ones. */
const SMALLEST_BLOCK = 64 * 1024;
const LARGEST_BLOCK = 1024 * 1024;
/** Bytes of one read: 2,000 ordinary frames are some 400 kB, of the largest ones 130 MB. */
const LARGEST_READ = 8 * 1024 * 1024;
/** What `#take` says of the bytes at the cursor when they are neither entries nor the beginning of one. */
const DAMAGED = -1;

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
  /** What `#fill` reads into. */
  #buffer = Buffer.allocUnsafeSlow(SMALLEST_BLOCK);

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

  /** See the port. One call at a time. */
  async read(offset: number, max: number, waitMs: number, signal: AbortSignal): Promise<StoredEntry[]> {
    this.#check(offset);
    if (offset === this.end()) await this.#progress.waitBeyond(offset, waitMs, signal);
    const end = this.end();
    const entries: StoredEntry[] = [];
    if (signal.aborted || offset >= end) return entries;
    try {
      if (offset !== this.#offset) await this.#seek(offset);
      let bytes = 0;
      while (entries.length < max && this.#offset < end && (bytes < LARGEST_READ || entries.length === 0)) {
        const wanted = this.#take(entries, max);
        if (wanted === DAMAGED) throw await this.#damaged();
        // Behind the end there is nothing yet, or half of something.
        if (wanted > 0 && this.#offset < end) {
          await this.#fill(wanted);
          bytes += this.#block.length;
        }
      }
    } catch (error) {
      // What comes before the damage is good: the next call, which begins at it, tells.
      if (entries.length === 0) throw error;
    }
    return entries;
  }

  offsetAt(receivedAt: number): Promise<number> {
    return offsetAt(this.#dir, this.#progress, new PartitionReader(this.#dir, this.#progress), receivedAt);
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

  /** Takes the entries that the block has. @returns how many bytes it takes to go on; 0 for none. */
  #take(entries: StoredEntry[], max: number): number {
    const block = this.#block;
    while (entries.length < max) {
      const there = this.#offset < this.#trusted ? block.length - this.#at : 0;
      if (there < HEADER_BYTES) return HEADER_BYTES;
      if (isMark(block, this.#at)) {
        if (there < MARK_BYTES) return MARK_BYTES;
        if (readMark(block, this.#at)?.first !== this.#offset) return DAMAGED;
        this.#at += MARK_BYTES;
        continue;
      }
      const length = bodyLength(block, this.#at);
      if (length === null) return DAMAGED;
      if (there < HEADER_BYTES + length) return HEADER_BYTES + length;
      const body = openRecord(block, this.#at, length);
      if (body === null) return DAMAGED;
      entries.push({ offset: this.#offset, entry: this.#decode(body) });
      this.#at += HEADER_BYTES + length;
      this.#offset++;
    }
    return 0;
  }

  #decode(body: Buffer): StoredEntry['entry'] {
    try {
      return decodeBody(body);
    } catch (error) {
      throw error instanceof TocsinError ? this.#lost(this.#offset + 1, error.message) : error;
    }
  }

  /** Puts the cursor to an entry. */
  async #seek(offset: number): Promise<void> {
    const { base, next } = await this.#around(offset);
    if (base === undefined) throw this.#lost(next, undefined, offset);
    await this.close();
    const file = await this.#open(base);
    const place = await locate({ window: new Window(file), base, salt: this.#progress.salt }, offset, next, false);
    if (!('position' in place)) {
      await file.close();
      throw this.#lost(place.next, undefined, offset);
    }
    this.#file = file;
    this.#offset = offset;
    this.#position = place.position;
    this.#at = 0;
    this.#block = this.#block.subarray(0, 0);
  }

  /** Where the segment of an entry begins, undefined when it is gone, and where the next one does, or the journal ends. */
  async #around(offset: number): Promise<{ base: number | undefined; next: number }> {
    const end = this.end();
    const segments = await listSegments(this.#dir);
    const next = segments.find((first) => first > offset) ?? end;
    return { base: segments.findLast((first) => first <= offset), next };
  }

  async #open(base: number): Promise<FileHandle> {
    try {
      return await open(segmentPath(this.#dir, base), 'r');
    } catch (error) {
      // It may have been trimmed between the look and the opening.
      this.#check(base);
      throw error;
    }
  }

  /** Reads on from the cursor: `wanted` bytes at least, or from where the entry stands when this segment ends here. */
  async #fill(wanted: number): Promise<void> {
    const full = this.#block.length === this.#blockSize;
    this.#blockSize = Math.max(wanted, full ? Math.min(2 * this.#blockSize, LARGEST_BLOCK) : SMALLEST_BLOCK);
    this.#position += this.#at;
    this.#at = 0;
    this.#trusted = this.#progress.end;
    if (this.#buffer.length !== this.#blockSize) this.#buffer = Buffer.allocUnsafeSlow(this.#blockSize);
    // In this thread: what follows the live end has just been written and is in memory, and waking a thread of the pool
    // and being woken by it would take longer than reading.
    const bytesRead = readSync(this.#file!.fd, this.#buffer, 0, this.#blockSize, this.#position);
    // A copy, since entries handed out are views into it, and of no more than there is: at the live end that is a few
    // hundred bytes, some hundred times a second, and a whole block for each would have the thread collect garbage twice
    // a second.
    this.#block = Buffer.from(this.#buffer.subarray(0, bytesRead));
    if (bytesRead >= wanted) return;
    if (bytesRead > 0) throw await this.#damaged();
    // The entry exists and is not here: in the next segment, or lost.
    await this.#seek(this.#offset);
  }

  /** The error for the entry at the cursor, with where it goes on. */
  async #damaged(): Promise<TocsinError> {
    const after = this.#offset + 1;
    const { base, next } = await this.#around(this.#offset);
    if (base === undefined || after >= next) return this.#lost(next);
    const file = await this.#open(base);
    try {
      const place = await locate({ window: new Window(file), base, salt: this.#progress.salt }, after, next, true);
      return this.#lost('next' in place ? place.next : after);
    } finally {
      await file.close();
    }
  }

  #lost(next: number, reason = 'they are damaged or missing', offset = this.#offset): TocsinError {
    this.#progress.lose(offset, next);
    return new TocsinError(
      'JOURNAL_DAMAGED',
      `The journal's entries ${offset} to ${next - 1} cannot be read: ${reason}. Reading goes on at ${next}; see what is left of them in ${this.#dir}, or in a copy of it.`,
      { offset, next, dir: this.#dir },
    );
  }
}
