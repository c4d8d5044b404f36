import type { BaselineWord } from '../model/baseline-word.ts';
import type { Frame, Intake } from '../model/frame.ts';
import type { SystemTrouble } from '../model/system-alarm.ts';
import type { ErrorCode } from '../shared/errors.ts';

/**
 * The journal: an append-only log in partitions. Within a partition entries have one order, given by their offset
 * (0, 1, 2 …), and a consumer that reads from its own stored offset sees each durable entry once, in that order. The
 * journal knows its consumers by name, and what each of them no longer needs; the offsets themselves are kept by the
 * consumers, in one transaction with the effects of what they have read.
 */

/** A message that was turned away at the door, kept (its head at least) so that someone can look at it. */
export interface Refusal {
  /** The device whose credential was used; null when there was none. */
  deviceId: string | null;
  topic: string;
  via: Intake;
  receivedAt: number;
  code: ErrorCode;
  /** A sentence with what was wrong. */
  reason: string;
  /** Bytes of the whole payload. */
  size: number;
  /** The payload, or its first bytes when it is large. */
  payload: Uint8Array;
}

export type Entry =
  | { kind: 'frame'; frame: Frame }
  /** The time, so that a replay sees time pass exactly where the live run did. Milliseconds since the epoch. */
  | { kind: 'tick'; at: number }
  | { kind: 'refused'; refusal: Refusal }
  /** From here on the rules hold as of this version, so that a replay judges each frame by the rules of its time. */
  | { kind: 'rules'; version: number; at: number }
  /** From here on a baseline goes by what a person said of it. */
  | { kind: 'word'; word: BaselineWord; at: number };

export interface StoredEntry {
  offset: number;
  entry: Entry;
}

/** Called once an entry is on disk (`error` null) or cannot be. */
export type Appended = (error: Error | null, offset: number) => void;

/** What an intake needs of the journal, which may be in another process. */
export interface JournalAppender {
  /** Number of partitions; a device's partition is `partitionOf(gridId)`. */
  readonly partitions: number;
  /**
   * Appends one entry. `done` is called when it is durable: entries that arrive together become durable together.
   * A callback, not a promise: this is the path of every PUBACK.
   *
   * While the disk does not take it, or the journal's space is used up, `done` waits: for half a minute, or until as much
   * waits as the journal may hold in memory. Then it is called with JOURNAL_UNAVAILABLE or JOURNAL_FULL.
   * @param urgent about somebody's life: taken also when the journal's space is used up, for which ordinary entries
   *   leave a share of it free. Ticks and changes of rules always are.
   */
  append(partition: number, entry: Entry, done: Appended, urgent?: boolean): void;
}

export interface JournalWriter extends JournalAppender {
  /** A partition's oldest offset still kept. */
  start(partition: number): number;
  /** Offset that the next entry of a partition will get; everything below is durable. */
  end(partition: number): number;
  /** Entries should be there and are not, as their consumers know: told as damage. From, and up to but without. */
  miss(partition: number, from: number, to: number): void;
  /**
   * A consumer has no more need of anything below `offset`: a restart of it goes on from there. The journal keeps what
   * the slowest of its consumers still needs; before all of them have said something since the start, it keeps all.
   * @param consumer one of the names that the journal was opened with
   */
  release(partition: number, consumer: string, offset: number): void;
  /**
   * Forgets what no consumer needs and is older than the retention; when space is short also what is younger. The
   * journal does so by itself every so often. Returns the number of bytes freed.
   */
  trim(): Promise<number>;
  /** What is wrong, for as long as it lasts: space, a disk that does not take what is written, damage. */
  troubles(): SystemTrouble[];
  close(): Promise<void>;
}

export interface JournalReader {
  /** The partition's oldest offset still kept. */
  start(): number;
  /** Offset after the last durable entry. */
  end(): number;
  /**
   * The next durable entries from `offset` on, at most `max`, and fewer where they are large. Waits for the first one
   * when there is none yet, and resolves with an empty list when `signal` aborts or nothing came within `waitMs`.
   * One call at a time.
   * @throws TocsinError JOURNAL_TRIMMED for an offset that is no longer kept, JOURNAL_BEHIND for one that the journal
   * has never given, JOURNAL_DAMAGED when entries are lost: `detail.next` is where it goes on. `pastDamage` does so.
   */
  read(offset: number, max: number, waitMs: number, signal: AbortSignal): Promise<StoredEntry[]>;
  /**
   * An offset at or before the first entry that came in at `receivedAt` (milliseconds since the epoch) or later, close
   * to it; the end when there is none. Times may step back where the clock was set: never later than the first.
   */
  offsetAt(receivedAt: number): Promise<number>;
  close(): Promise<void>;
}
