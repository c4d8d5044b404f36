import { encodeBody, largestBody } from './codec.ts';
import type { Appended, Entry } from './port.ts';
import { HEADER_BYTES, sealRecord } from './record.ts';

const FIRST_CAPACITY = 256 * 1024;
/** A buffer that one burst made larger is given back. */
const KEPT_CAPACITY = 8 * 1024 * 1024;

/** Entries that become durable together: their records one after the other, and who waits for them. */
export class Group {
  bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  length = 0;
  readonly waiting: Appended[] = [];

  /** @throws RangeError when the entry cannot be encoded; the group is then as it was. */
  add(entry: Entry, done: Appended): void {
    const room = this.length + HEADER_BYTES + largestBody(entry);
    if (room > this.bytes.length) this.#grow(room);
    const end = encodeBody(entry, this.bytes, this.length + HEADER_BYTES);
    sealRecord(this.bytes, this.length, end);
    this.length = end;
    this.waiting.push(done);
  }

  clear(): void {
    this.length = 0;
    this.waiting.length = 0;
    if (this.bytes.length > KEPT_CAPACITY) this.bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  }

  #grow(room: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(room, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
