import { encodeBody, largestBody } from './codec.ts';
import { entryTime } from './entry-time.ts';
import { MARK_BYTES, writeMark } from './mark.ts';
import type { Appended, Entry } from './port.ts';
import { HEADER_BYTES, sealRecord } from './record.ts';

const FIRST_CAPACITY = 256 * 1024;
/** A buffer that one burst made larger is given back. */
const KEPT_CAPACITY = 8 * 1024 * 1024;

/** Entries that become durable together: their mark, their records one after the other, and who waits for them. */
export class Group {
  bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  /** Bytes of mark and records. */
  length = MARK_BYTES;
  readonly waiting: Appended[] = [];
  /** When the first entry was added, milliseconds since the epoch. */
  since = 0;
  /** The latest time at which an entry in it came in, milliseconds since the epoch. */
  #time = Number.NEGATIVE_INFINITY;

  get empty(): boolean {
    return this.waiting.length === 0;
  }

  /** @throws RangeError when the entry cannot be encoded; the group is then as it was. */
  add(entry: Entry, done: Appended): void {
    const room = this.length + HEADER_BYTES + largestBody(entry);
    if (room > this.bytes.length) this.#grow(room);
    const end = encodeBody(entry, this.bytes, this.length + HEADER_BYTES);
    sealRecord(this.bytes, this.length, end);
    this.length = end;
    const time = entryTime(entry);
    if (time > this.#time) this.#time = time;
    this.waiting.push(done);
  }

  /**
   * Writes the mark, once the place of the group is known.
   * @param timeBefore the latest time of the entries before it
   * @returns the same with the entries of the group.
   */
  seal(salt: number, first: number, timeBefore: number): number {
    const count = this.waiting.length;
    writeMark(this.bytes, 0, { salt, first, timeBefore, count, length: this.length - MARK_BYTES });
    return Math.max(timeBefore, this.#time);
  }

  clear(): void {
    this.length = MARK_BYTES;
    this.waiting.length = 0;
    this.#time = Number.NEGATIVE_INFINITY;
    if (this.bytes.length > KEPT_CAPACITY) this.bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  }

  #grow(room: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(room, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
