import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/** Bytes of a PUBACK (MQTT 3.1.1, section 3.4). */
const PUBACK_BYTES = 4;

/**
 * The leanest MQTT client that can be written, so that the load costs as little as possible beside the broker: packets
 * are made once, acknowledgements are counted by their length. Only for measuring.
 */
export class RawClient {
  readonly id: string;
  readonly #socket: Socket;
  #onAcks: (count: number) => void = () => {};
  /** Packets with the message ids 1 … n, twice, so that any run of up to n of them is one slice. */
  #packets = Buffer.alloc(0);
  #packetBytes = 0;
  #window = 0;
  /** Which packet is sent next. */
  #next = 0;
  /** Bytes of an acknowledgement that has come in part. */
  #rest = 0;

  private constructor(id: string, socket: Socket) {
    this.id = id;
    this.#socket = socket;
  }

  /** Connects and waits for CONNACK. @throws when the broker refuses. */
  static async open(options: { port: number; id: string; secret?: string }): Promise<RawClient> {
    const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    const client = new RawClient(options.id, socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the broker closed the connection')));
      socket.once('data', (packet) => {
        if (packet[3] === 0) resolve();
        else reject(new Error(`the broker refused the connection: code ${packet[3]}`));
      });
      socket.write(
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: options.id,
          keepalive: 60,
          ...(options.secret && { username: options.id, password: Buffer.from(options.secret) }),
        }),
      );
    });
    socket.on('data', (bytes) => client.#data(bytes));
    return client;
  }

  #data(bytes: Buffer): void {
    const length = this.#rest + bytes.length;
    this.#rest = length % PUBACK_BYTES;
    const count = (length - this.#rest) / PUBACK_BYTES;
    if (count > 0) this.#onAcks(count);
  }

  /** Makes the PUBLISH packets, at most `inFlight` of which are under way at a time. */
  prepare(topic: string, payload: string, inFlight = 1, qos: 0 | 1 = 1): void {
    const once = Array.from({ length: inFlight }, (_, i) =>
      generate({ cmd: 'publish', topic, payload, qos, messageId: i + 1, dup: false, retain: false }),
    );
    this.#packets = Buffer.concat([...once, ...once]);
    this.#packetBytes = once[0]!.length;
    this.#window = inFlight;
  }

  /** Calls `listener` with the number of PUBACKs that came together. */
  onAcks(listener: (count: number) => void): void {
    this.#onAcks = listener;
  }

  /** Sends the next packets, at most as many as may be in flight. */
  send(count: number): void {
    const from = this.#next * this.#packetBytes;
    this.#socket.write(this.#packets.subarray(from, from + count * this.#packetBytes));
    this.#next = (this.#next + count) % this.#window;
  }

  /** Sends packets that were made elsewhere. */
  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === 'open';
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}
