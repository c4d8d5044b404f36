import type { Duplex } from 'node:stream';

/**
 * Bytes of a CONNECT: a device id, a client id, a secret and flags need a few hundred. It stands before any sign-in,
 * so it is what a stranger can make us hold.
 */
const LARGEST_CONNECT = 4096;
/** What is looked at of a packet that is too large: a topic and the head of the payload. */
const HEAD_BYTES = 8192;
/** A PUBLISH that has come in part waits here for its rest if it is not longer than this; longer ones Aedes gathers. */
const LARGEST_WAITING = 4096;
const PUBLISH = 3;

export interface OversizedPacket {
  /** Topic of a PUBLISH, as far as it came; empty for other packets. */
  topic: string;
  /** Bytes of the whole payload, as announced. */
  size: number;
  /** The first bytes of the payload. */
  head: Buffer;
}

/** Takes PUBLISH packets on their way to Aedes. */
export interface PublishTaker {
  /** Whether it takes any now; asked once for all that came together. */
  ready(): boolean;
  /**
   * @param bytes where a whole PUBLISH lies from `start` to `end`
   * @param bodyAt where its variable header begins
   * @returns whether it took the packet; otherwise Aedes gets it
   */
  take(bytes: Buffer, start: number, bodyAt: number, end: number): boolean;
}

/**
 * Stands between a connection and Aedes. It lets Aedes read only as long as the packets announce a bearable length:
 * Aedes itself gathers whatever length a packet announces, up to 256 MB, before it asks anyone, even before the
 * sign-in. And it offers each PUBLISH to `taker` first.
 * Aedes takes its bytes with `connection.read()`, so that is where this stands: no further stream, no copy.
 * @param largestPacket bytes after the fixed header of any packet behind the first.
 * @param onOversized called once, with the head of the packet as far as it came; the caller ends the connection.
 */
export function guardPackets(
  connection: Duplex,
  largestPacket: number,
  onOversized: (connection: Duplex, packet: OversizedPacket) => void,
  taker: PublishTaker,
): void {
  const scanner = new PacketScanner(largestPacket, taker);
  const read = connection.read;
  connection.read = (size) => {
    const chunk: Buffer | null = read.call(connection, size);
    if (chunk === null) return null;
    const before = scanner.oversized;
    const allowed = scanner.take(chunk);
    if (scanner.oversized) {
      const tell = () => scanner.tell(connection, onOversized);
      // Not for every connection from its beginning: a listener more would be held tens of thousands of times.
      if (!before) connection.prependOnceListener('close', tell);
      if (scanner.hasHead) tell();
    }
    return allowed !== null && allowed.length > 0 ? allowed : null;
  };
}

/** Follows the fixed headers of a stream of MQTT packets (MQTT 3.1.1, section 2.2). */
class PacketScanner {
  readonly #largestPacket: number;
  readonly #taker: PublishTaker;
  /** First byte of the packet under way. */
  #first = 0;
  #length = 0;
  /** Worth of the next digit of the length; 0 when the length is known. */
  #factor = 0;
  /** Bytes of the body still to come. */
  #remaining = 0;
  #limit = LARGEST_CONNECT;
  /** The beginning of a PUBLISH that `taker` may want whole. */
  #waiting: Buffer | null = null;
  #head: Buffer[] | null = null;
  #headBytes = 0;
  #told = false;
  oversized = false;

  constructor(largestPacket: number, taker: PublishTaker) {
    this.#largestPacket = largestPacket;
    this.#taker = taker;
  }

  /** The part of the chunk that may go on to the parser; null when there is none. */
  take(chunk: Buffer): Buffer | null {
    if (this.oversized) {
      this.#keep(chunk);
      return null;
    }
    let bytes = chunk;
    if (this.#waiting !== null) {
      bytes = Buffer.concat([this.#waiting, chunk]);
      this.#waiting = null;
    }
    const takes = this.#limit === this.#largestPacket && this.#taker.ready();
    const passed: Buffer[] = [];
    /** What lies between here and `at` goes on. */
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, bytes.length - at);
        this.#remaining -= skipped;
        at += skipped;
        continue;
      }
      if (takes && this.#factor === 0 && bytes[at]! >> 4 === PUBLISH) {
        const end = this.#offer(bytes, at);
        if (end !== at) {
          if (from < at) passed.push(bytes.subarray(from, at));
          from = end;
          at = end;
          continue;
        }
      }
      const byte = bytes[at++]!;
      if (this.#factor === 0) {
        this.#first = byte;
        this.#length = 0;
        this.#factor = 1;
        continue;
      }
      this.#length += (byte & 0x7f) * this.#factor;
      this.#factor *= 128;
      if (byte & 0x80 && this.#factor < 128 ** 4) continue;
      this.#factor = 0;
      this.#remaining = this.#length;
      if (this.#length > this.#limit) {
        this.oversized = true;
        this.#keep(bytes.subarray(at));
        break;
      }
      this.#limit = this.#largestPacket;
    }
    if (from === 0) return bytes.subarray(0, at);
    if (from < at) passed.push(bytes.subarray(from, at));
    return passed.length === 0 ? null : Buffer.concat(passed);
  }

  /**
   * Offers the PUBLISH that begins at `start`.
   * @returns where to go on: behind it, at the end of the bytes when it waits for its rest, at `start` when it is Aedes'.
   */
  #offer(bytes: Buffer, start: number): number {
    let length = 0;
    let factor = 1;
    let at = start + 1;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      length += (byte & 0x7f) * factor;
      if ((byte & 0x80) === 0) break;
      factor *= 128;
      if (factor === 128 ** 4) return start;
    }
    const bodyAt = at + 1;
    const end = bodyAt + length;
    if (end <= bytes.length) return length <= this.#limit && this.#taker.take(bytes, start, bodyAt, end) ? end : start;
    if (length > LARGEST_WAITING) return start;
    // A copy: a view would hold all that was read with it.
    this.#waiting = Buffer.from(bytes.subarray(start));
    return bytes.length;
  }

  /** Whether as much of the packet has come as is looked at. */
  get hasHead(): boolean {
    return this.#headBytes >= Math.min(this.#length, HEAD_BYTES) || this.#first >> 4 !== PUBLISH;
  }

  /** Calls `onOversized`, once. */
  tell(connection: Duplex, onOversized: (connection: Duplex, packet: OversizedPacket) => void): void {
    if (this.#told || !this.oversized) return;
    this.#told = true;
    onOversized(connection, this.#describe());
  }

  #describe(): OversizedPacket {
    const body = Buffer.concat(this.#head ?? []);
    if (this.#first >> 4 !== PUBLISH || body.length < 2) return { topic: '', size: this.#length, head: body };
    const topicEnd = 2 + body.readUInt16BE(0);
    const payloadAt = topicEnd + (this.#first & 0x06 ? 2 : 0);
    return {
      topic: body.toString('utf8', 2, topicEnd),
      size: Math.max(0, this.#length - payloadAt),
      head: body.subarray(payloadAt),
    };
  }

  #keep(chunk: Buffer): void {
    if (this.#headBytes >= HEAD_BYTES) return;
    const part = chunk.subarray(0, HEAD_BYTES - this.#headBytes);
    this.#head ??= [];
    this.#head.push(Buffer.from(part));
    this.#headBytes += part.length;
  }
}
