import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

const CONNACK = 0x20;
const PUBACK = 0x40;
const SUBACK = 0x90;
const pingRequest = generate({ cmd: 'pingreq' });
/**
 * Milliseconds that a client waits for its SUBACK. Whoever gives up sooner than a busy machine can serve all has it do
 * the same work again and again.
 */
const PATIENCE_MS = 120_000;
/** Before a client tries again whose connection was closed, at least and by chance up to twice that. */
const PAUSE_MS = 1000;

export interface HeldClientOptions {
  port: number;
  id: string;
  secret: string;
  /** Where the connection comes from. */
  localAddress: string;
  /** Connected and subscribed. */
  onReady: () => void;
  /** The message under way is acknowledged. */
  onAck: (client: HeldClient) => void;
}

/**
 * A device that stays connected, listens for commands, and repeats an unacknowledged message when it is back. Holds
 * little, so that tens of thousands fit into a process. Only for measuring.
 */
export class HeldClient {
  readonly #options: HeldClientOptions;
  #socket: Socket | null = null;
  #rest: Buffer | null = null;
  #patience: NodeJS.Timeout | undefined;
  ready = false;
  /** Payload of the message that is not acknowledged yet. */
  underWay: string | null = null;
  sentAt = 0;

  constructor(options: HeldClientOptions) {
    this.#options = options;
  }

  connect(): void {
    const { port, localAddress, id, secret } = this.#options;
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    this.#socket = socket;
    this.#rest = null;
    socket.on('error', () => {});
    socket.once('close', () => this.#lost(socket));
    socket.on('data', (bytes) => this.#data(bytes));
    this.#patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
    const login = { username: id, password: Buffer.from(secret) };
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId: id,
        keepalive: 60,
        ...login,
      }),
    );
  }

  publish(payload: string): void {
    this.underWay = payload;
    this.sentAt = performance.now();
    this.#send();
  }

  ping(): void {
    if (this.ready) this.#socket?.write(pingRequest);
  }

  /** As in a power cut: nothing is said to the other side but that the connection does not exist any more. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.ready = false;
    clearTimeout(this.#patience);
    socket?.resetAndDestroy();
  }

  #send(): void {
    const topic = `tocsin/v1/${this.#options.id}/up`;
    this.#socket?.write(
      generate({ cmd: 'publish', topic, payload: this.underWay!, qos: 1, messageId: 1, dup: false, retain: false }),
    );
  }

  #lost(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.ready = false;
    clearTimeout(this.#patience);
    setTimeout(() => this.#socket === socket && this.connect(), PAUSE_MS * (1 + Math.random()));
  }

  #data(chunk: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (bytes.length >= 2 && bytes.length >= 2 + bytes[1]!) {
      this.#packet(bytes[0]!, bytes[3] ?? 0);
      bytes = bytes.subarray(2 + bytes[1]!);
    }
    this.#rest = bytes.length > 0 ? bytes : null;
  }

  #packet(first: number, second: number): void {
    if (first === CONNACK) {
      if (second !== 0) {
        this.#socket?.destroy();
        return;
      }
      const topic = `tocsin/v1/${this.#options.id}/down`;
      this.#socket?.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] }));
    } else if (first === SUBACK) {
      clearTimeout(this.#patience);
      this.ready = true;
      this.#options.onReady();
      if (this.underWay !== null) this.#send();
    } else if (first === PUBACK && this.underWay !== null) {
      this.#options.onAck(this);
      this.underWay = null;
    }
  }
}
