import { generate } from 'mqtt-packet';
import type { RawClient } from './raw-client.ts';

/** Messages that a client may have sent and that are not acknowledged yet: what common client libraries allow. */
const WINDOW = 20;
const TIME_DIGITS = 13;

/**
 * A device whose messages can be told apart: the n-th was measured n milliseconds after the first. PUBACKs come in the
 * order of messages, so their number says which are acknowledged. Only for measuring.
 */
export class SequenceClient {
  readonly id: string;
  readonly #raw: RawClient;
  /** A PUBLISH in which message id and time are written anew each time. */
  readonly #packet: Buffer;
  readonly #messageIdAt: number;
  readonly #timeAt: number;
  readonly #firstTime: number;
  sent = 0;
  acknowledged = 0;

  constructor(raw: RawClient, firstTime: number) {
    this.id = raw.id;
    this.#raw = raw;
    this.#firstTime = firstTime;
    const topic = `tocsin/v1/${raw.id}/up`;
    const payload = `{"time":${firstTime},"level":3.2,"rain":0,"flow":0.41,"battery":96}`;
    this.#packet = generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
    const payloadAt = this.#packet.length - payload.length;
    this.#messageIdAt = payloadAt - 2;
    this.#timeAt = payloadAt + payload.indexOf(String(firstTime));
    raw.onAcks((count) => {
      this.acknowledged += count;
    });
  }

  /** How many more may be sent now. */
  get room(): number {
    return WINDOW - (this.sent - this.acknowledged);
  }

  send(count: number): void {
    const bytes = Buffer.allocUnsafe(count * this.#packet.length);
    for (let i = 0; i < count; i++) {
      const at = i * this.#packet.length;
      this.#packet.copy(bytes, at);
      bytes.writeUInt16BE((this.sent % 65_535) + 1, at + this.#messageIdAt);
      bytes.write(String(this.#firstTime + this.sent), at + this.#timeAt, TIME_DIGITS, 'latin1');
      this.sent++;
    }
    this.#raw.write(bytes);
  }
}
