import { entryTime } from '../journal/entry-time.ts';
import type { JournalReader, StoredEntry } from '../journal/port.ts';
import type { Frame } from '../model/frame.ts';
import type { Reading } from '../model/reading.ts';

/** What is written at once. */
export interface Batch {
  /** Offset of its first entry. */
  from: number;
  /** Offset after its last entry. */
  next: number;
  /** When its first and its last entry came in, milliseconds since the epoch. */
  oldestAt: number;
  newestAt: number;
  readings: Reading[];
}

/** Adds a frame's readings to `into`; nothing for a frame that says nothing. A promise only where it must wait. */
export type AddReadings = (frame: Frame, into: Reading[]) => Promise<void> | undefined;

/** Entries taken from the journal at a time. */
const entriesAtOnce = 2000;
/** Entries in a batch at most, so that the offset also moves where nothing is to be written: ticks, wrong frames. */
const maxEntries = 20_000;

/** Cuts the journal into batches: what is there, but not much more than `size` readings at once. */
export class Batches {
  readonly #journal: JournalReader;
  readonly #add: AddReadings;
  readonly #size: number;
  /** Entries that were read; from `#at` on they are in no batch yet. */
  #entries: StoredEntry[] = [];
  #at = 0;

  constructor(journal: JournalReader, add: AddReadings, size: number) {
    this.#journal = journal;
    this.#add = add;
    this.#size = size;
  }

  /**
   * The batch that begins at `offset`; null when nothing comes within `waitMs`. One call at a time.
   * A frame is never divided: a batch may have as many readings too many as one frame has.
   * @throws TocsinError JOURNAL_… when the first entry cannot be read; what stands before a later one is a batch
   */
  async take(offset: number, waitMs: number, signal: AbortSignal): Promise<Batch | null> {
    if (this.#entries[this.#at]?.offset !== offset) await this.#read(offset, waitMs, signal);
    const first = this.#entries[this.#at];
    if (!first) return null;
    const readings: Reading[] = [];
    let last = first;
    while (readings.length < this.#size && last.offset - first.offset < maxEntries) {
      const stored = this.#entries[this.#at];
      if (stored) {
        this.#at += 1;
        last = stored;
        const waiting = stored.entry.kind === 'frame' ? this.#add(stored.entry.frame, readings) : undefined;
        if (waiting) await waiting;
      } else if (!(await this.#readMore(last.offset + 1, signal))) break;
    }
    const [oldestAt, newestAt] = [entryTime(first.entry), entryTime(last.entry)];
    return { from: first.offset, next: last.offset + 1, oldestAt, newestAt, readings };
  }

  async #read(offset: number, waitMs: number, signal: AbortSignal): Promise<void> {
    this.#entries = [];
    this.#at = 0;
    this.#entries = await this.#journal.read(offset, entriesAtOnce, waitMs, signal);
  }

  async #readMore(offset: number, signal: AbortSignal): Promise<boolean> {
    if (offset >= this.#journal.end()) return false;
    await this.#read(offset, 0, signal).catch(() => {});
    return this.#entries.length > 0;
  }
}
