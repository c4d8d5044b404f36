import type { Frame, Intake } from '../model/frame.ts';
import type { ErrorCode } from '../shared/errors.ts';

/**
 * The journal: an append-only log in partitions. Within a partition entries have one order, given by their offset
 * (0, 1, 2 …), and a consumer that reads from its own stored offset sees each durable entry once, in that order.
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
  | { kind: 'refused'; refusal: Refusal };

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
   */
  append(partition: number, entry: Entry, done: Appended): void;
}

export interface JournalWriter extends JournalAppender {
  /** Offset that the next entry of a partition will get; everything below is durable. */
  end(partition: number): number;
  /** Deletes what lies wholly before `offset` and is older than the retention. Returns the number of bytes freed. */
  trim(partition: number, offset: number): Promise<number>;
  close(): Promise<void>;
}

export interface JournalReader {
  /** The partition's oldest offset still kept. */
  start(): number;
  /** Offset after the last durable entry. */
  end(): number;
  /**
   * The next durable entries from `offset` on, at most `max`. Waits for the first one when there is none yet, and
   * resolves with an empty list when `signal` aborts or nothing came within `waitMs`.
   */
  read(offset: number, max: number, waitMs: number, signal: AbortSignal): Promise<StoredEntry[]>;
  close(): Promise<void>;
}
