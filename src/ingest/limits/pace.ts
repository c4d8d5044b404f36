import type { Appended } from '../../journal/port.ts';
import type { Clock } from '../../shared/clock.ts';

/** Entries that the engine may be behind in any case: a few of its batches, less than a second of its work. */
const FREE_ENTRIES = 20_000;
/**
 * No acknowledgement waits longer. Cellular modules give up after 5 s unless told otherwise, and send the message
 * again: a device that is acknowledged after that time would send everything twice, for ever.
 */
const LONGEST_WAIT_MS = 4000;
/** How exactly it is known when an entry was written. */
export const MARK_MS = 100;

export interface PaceParts {
  /** How far behind the engine may be, milliseconds. */
  maxBehindMs: number;
  /** Offset after the last durable entry. */
  end(): number;
  /** Offset after the last entry that the engine has judged. */
  folded(): number;
  /** Milliseconds that never jump. */
  steady: Clock;
}

interface Waiting {
  /** The engine must have judged everything below. */
  target: number;
  since: number;
  offset: number;
  go: Appended;
}

/**
 * Lets acknowledgements go at the speed at which the engine judges, once it is far behind: more than 20,000 entries and
 * more than `maxBehindMs`. So devices with a bounded number of messages in flight send no faster than that, and what
 * waits does so in the devices, not here. Below that bound nothing waits.
 */
export class Pace {
  readonly #parts: PaceParts;
  /** In order of offset, so also of target. */
  #waiting: Waiting[] = [];
  /** Ends of the journal at moments of the last `maxBehindMs`, the oldest first. */
  readonly #marks: { at: number; end: number }[] = [];
  /** Entries below need not wait. */
  #freeBelow = 0;

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** Number of acknowledgements that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Calls `go` when the entry at `offset`, which is durable, may be acknowledged: now or later. */
  pass(offset: number, go: Appended): void {
    if (this.#waiting.length === 0 && this.#isFree(offset)) {
      go(null, offset);
      return;
    }
    const target = Math.min(offset - FREE_ENTRIES, this.#longAgo());
    this.#waiting.push({ target, since: this.#parts.steady.now(), offset, go });
  }

  /** Lets go what may; to be called every few milliseconds while something waits. */
  release(): void {
    const folded = this.#parts.folded();
    const tooLong = this.#parts.steady.now() - LONGEST_WAIT_MS;
    let free = 0;
    for (; free < this.#waiting.length; free++) {
      const { target, since } = this.#waiting[free]!;
      if (target > folded && since > tooLong) break;
    }
    if (free === 0) return;
    const released = this.#waiting;
    this.#waiting = released.slice(free);
    for (let index = 0; index < free; index++) {
      const { offset, go } = released[index]!;
      go(null, offset);
    }
  }

  /** Notes where the journal ends; to be called several times a second. */
  mark(): void {
    const now = this.#parts.steady.now();
    this.#marks.push({ at: now, end: this.#parts.end() });
    while (this.#marks.length > 1 && this.#marks[1]!.at <= now - this.#parts.maxBehindMs) this.#marks.shift();
  }

  #isFree(offset: number): boolean {
    if (offset < this.#freeBelow) return true;
    const folded = this.#parts.folded();
    this.#freeBelow = folded + FREE_ENTRIES;
    return offset < this.#freeBelow || folded >= this.#longAgo();
  }

  /** Where the journal ended `maxBehindMs` ago. */
  #longAgo(): number {
    return this.#marks[0]?.end ?? 0;
  }
}
