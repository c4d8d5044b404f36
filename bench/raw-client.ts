import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/**
 * The leanest MQTT client that can be written, so that the load costs as little as possible beside the broker: packets
 * are made once, a PUBACK is recognised by its first byte. Only for measuring.
 */
export class RawClient {
  readonly id: string;
  #socket: Socket;
  #onAck: () => void = () => {};

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
    // A PUBACK is 4 bytes; several may come together, and none is ever split on loopback at this size.
    for (let i = 0; i + 3 < bytes.length; i += 4) if (bytes[i] === 0x40) this.#onAck();
  }

  /** Calls `listener` for every PUBACK. */
  onAck(listener: () => void): void {
    this.#onAck = listener;
  }

  /** Sends a ready packet, see `publishPacket`. */
  send(packet: Buffer): void {
    this.#socket.write(packet);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

/** A QoS 1 PUBLISH, ready to send; every one has packet id 1, since one is in flight at a time. */
export function publishPacket(topic: string, payload: string): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
}
