import type { Duplex } from 'node:stream';

/**
 * Bytes of a CONNECT: a device id, a client id, a secret and flags need a few hundred. It stands before any sign-in,
 * so it is what a stranger can make us hold.
 */
const LARGEST_CONNECT = 4096;
/** What is looked at of a packet that is too large: a topic and the head of the payload. */
const HEAD_BYTES = 8192;
const PUBLISH = 3;

export interface OversizedPacket {
  /** Topic of a PUBLISH, as far as it came; empty for other packets. */
  topic: string;
  /** Bytes of the whole payload, as announced. */
  size: number;
  /** The first bytes of the payload. */
  head: Buffer;
}

/**
 * Lets Aedes read a connection only as long as the packets in it announce a bearable length: Aedes itself gathers
 * whatever length a packet announces, up to 256 MB, before it asks anyone, even before the sign-in.
 * Aedes takes its bytes with `connection.read()`, so that is where this stands: no further stream, no copy.
 * @param largestPacket bytes after the fixed header of any packet behind the first.
 * @param onOversized called once, with the head of the packet as far as it came; the caller ends the connection.
 */
export function guardPackets(
  connection: Duplex,
  largestPacket: number,
  onOversized: (packet: OversizedPacket) => void,
): void {
  const scanner = new PacketScanner(largestPacket);
  let told = false;
  const tell = () => {
    if (told || !scanner.oversized) return;
    told = true;
    onOversized(scanner.describe());
  };
  const read = connection.read;
  connection.read = (size) => {
    const chunk: Buffer | null = read.call(connection, size);
    if (chunk === null) return null;
    const allowed = scanner.take(chunk);
    if (scanner.hasHead) tell();
    return allowed.length > 0 ? allowed : null;
  };
  connection.once('close', tell);
}

/** Follows the fixed headers of a stream of MQTT packets (MQTT 3.1.1, section 2.2). */
class PacketScanner {
  readonly #largestPacket: number;
  /** First byte of the packet under way. */
  #first = 0;
  #length = 0;
  /** Worth of the next digit of the length; 0 when the length is known. */
  #factor = 0;
  /** Bytes of the body still to come. */
  #remaining = 0;
  #limit = LARGEST_CONNECT;
  #head: Buffer[] = [];
  #headBytes = 0;
  oversized = false;

  constructor(largestPacket: number) {
    this.#largestPacket = largestPacket;
  }

  /** The part of the chunk that may go on to the parser. */
  take(chunk: Buffer): Buffer {
    if (this.oversized) {
      this.#keep(chunk);
      return chunk.subarray(0, 0);
    }
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at);
        this.#remaining -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at++]!;
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
        this.#keep(chunk.subarray(at));
        return chunk.subarray(0, at);
      }
      this.#limit = this.#largestPacket;
    }
    return chunk;
  }

  /** Whether as much of the packet has come as is looked at. */
  get hasHead(): boolean {
    return this.oversized && (this.#headBytes >= Math.min(this.#length, HEAD_BYTES) || this.#first >> 4 !== PUBLISH);
  }

  describe(): OversizedPacket {
    const body = Buffer.concat(this.#head);
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
    this.#head.push(Buffer.from(part));
    this.#headBytes += part.length;
  }
}
