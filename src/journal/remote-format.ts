import { decodeBody, encodeBody, largestBody } from './codec.ts';
import type { Entry } from './port.ts';

/**
 * What goes between a remote writer and the process that has the journal, little-endian; every message begins with its
 * length without these four bytes (u32).
 *
 *     to the journal   id u32, partition u16, urgent u8 (1 or 0), body of the entry as in a segment
 *     back             0, id u32 of the first, count u32, offset f64 of the first: entries one after the other are durable
 *                      1, id u32, error as JSON: the entry is not
 *
 * Ids count up and begin again at 0.
 */
const LENGTH = 4;
const BEFORE_BODY = 7;
const DURABLE = 0;
const REFUSED = 1;

export interface Request {
  id: number;
  partition: number;
  entry: Entry;
  urgent: boolean;
}

/** Entries one after the other that are durable, or one that could not be kept. */
export type Answer =
  | { id: number; count: number; offset: number; error: null }
  | { id: number; count: 1; offset: -1; error: { code: string | null; message: string } };

/** @throws RangeError when the entry cannot be encoded. */
export function encodeRequest({ id, partition, entry, urgent }: Request): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH + BEFORE_BODY + largestBody(entry));
  const end = encodeBody(entry, bytes, LENGTH + BEFORE_BODY);
  bytes.writeUInt32LE(end - LENGTH, 0);
  bytes.writeUInt32LE(id, LENGTH);
  bytes.writeUInt16LE(partition, LENGTH + 4);
  bytes[LENGTH + 6] = urgent ? 1 : 0;
  return bytes.subarray(0, end);
}

/** The entry's payload is a view into `message`. */
export function decodeRequest(message: Buffer): Request {
  return {
    id: message.readUInt32LE(0),
    partition: message.readUInt16LE(4),
    urgent: message[6] === 1,
    entry: decodeBody(message.subarray(BEFORE_BODY)),
  };
}

export function encodeAnswer(answer: Answer): Buffer {
  if (answer.error === null) {
    const bytes = Buffer.allocUnsafe(LENGTH + 17);
    bytes.writeUInt32LE(17, 0);
    bytes[LENGTH] = DURABLE;
    bytes.writeUInt32LE(answer.id, LENGTH + 1);
    bytes.writeUInt32LE(answer.count, LENGTH + 5);
    bytes.writeDoubleLE(answer.offset, LENGTH + 9);
    return bytes;
  }
  const error = Buffer.from(JSON.stringify(answer.error));
  const head = Buffer.allocUnsafe(LENGTH + 5);
  head.writeUInt32LE(5 + error.length, 0);
  head[LENGTH] = REFUSED;
  head.writeUInt32LE(answer.id, LENGTH + 1);
  return Buffer.concat([head, error]);
}

export function decodeAnswer(message: Buffer): Answer {
  const id = message.readUInt32LE(1);
  if (message[0] === REFUSED) {
    return { id, count: 1, offset: -1, error: JSON.parse(message.toString('utf8', 5)) };
  }
  return { id, count: message.readUInt32LE(5), offset: message.readDoubleLE(9), error: null };
}

/** The id after this one. */
export function following(id: number, by = 1): number {
  return (id + by) >>> 0;
}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  #rest: Buffer[] = [];
  #length = 0;

  /** The messages that are complete with this chunk, without their lengths, as views. */
  *take(chunk: Buffer): Generator<Buffer> {
    this.#rest.push(chunk);
    this.#length += chunk.length;
    let needed = this.#needed();
    if (needed === null || this.#length < needed) return;
    const bytes = this.#rest.length === 1 ? chunk : Buffer.concat(this.#rest, this.#length);
    let at = 0;
    while (bytes.length - at >= LENGTH) {
      needed = LENGTH + bytes.readUInt32LE(at);
      if (bytes.length - at < needed) break;
      yield bytes.subarray(at + LENGTH, at + needed);
      at += needed;
    }
    this.#rest = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#length = bytes.length - at;
  }

  /** Bytes of the message under way, its length included; null while that is not known. */
  #needed(): number | null {
    if (this.#length < LENGTH) return null;
    if (this.#rest[0]!.length < LENGTH) this.#rest = [Buffer.concat(this.#rest)];
    return LENGTH + this.#rest[0]!.readUInt32LE(0);
  }
}
