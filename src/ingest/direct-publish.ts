import type { Duplex } from 'node:stream';
import type { Aedes, Client, PublishPacket } from 'aedes';
import { type Connections, clientOf } from './connections.ts';
import type { PublishTaker } from './packet-guard.ts';

/** Frames of one connection that may wait for the journal; beyond it the connection is not read. */
const MAX_WAITING = 1024;
/** Why a connection is not read: too much of it waits for the journal, or it does not read what it is answered. */
const WAITS = 1;
const DOES_NOT_READ = 2;

/** The parts of Aedes' client that its types leave out. */
interface ClientParts {
  connackSent: boolean;
  _keepaliveInterval: number;
  _keepaliveTimer: NodeJS.Timeout | null;
  pause(): void;
  resume(): void;
  waitForDrain(done: (error: Error | null) => void): void;
}

/**
 * The short way of a PUBLISH with QoS 0 or 1 on the device's own topic: from the bytes to `authorizePublish`, which
 * appends to the journal, and back with a PUBACK. It does what Aedes would do without making the objects that a broker
 * with subscribers needs; everything else on the connection is Aedes' own. Acknowledgements that come together, as they
 * do from a group commit, go out in one write a connection.
 */
export class DirectPublish {
  readonly #broker: Aedes;
  readonly #connections: Connections;
  /** Who has acknowledgements to be written. */
  #dirty: DirectTaker[] = [];

  constructor(broker: Aedes, connections: Connections) {
    this.#broker = broker;
    this.#connections = connections;
  }

  /** What stands before Aedes on one connection. */
  taker(connection: Duplex): PublishTaker {
    return new DirectTaker(this, connection);
  }

  connectionOf(client: Client) {
    return this.#connections.of(client);
  }

  publish(client: Client, packet: PublishPacket, done: (error?: Error | null) => void): void {
    this.#broker.authorizePublish(client, packet, done);
  }

  writeSoon(taker: DirectTaker): void {
    if (this.#dirty.push(taker) === 1) process.nextTick(this.#write);
  }

  readonly #write = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const taker of dirty) taker.write();
  };
}

class DirectTaker implements PublishTaker {
  readonly #direct: DirectPublish;
  readonly #connection: Duplex;
  #client: (Client & ClientParts) | undefined;
  #topic = '';
  #waiting = 0;
  /** Of WAITS and DOES_NOT_READ, those that hold; it is read while it is 0. */
  #held = 0;
  /** Message ids to be acknowledged. */
  #acks: number[] = [];

  constructor(direct: DirectPublish, connection: Duplex) {
    this.#direct = direct;
    this.#connection = connection;
  }

  ready(): boolean {
    if (this.#client === undefined) {
      const client = clientOf(this.#connection) as (Client & ClientParts) | undefined;
      // Before CONNACK Aedes keeps what comes, and nothing may overtake it.
      if (!client?.connackSent) return false;
      const connection = this.#direct.connectionOf(client);
      if (connection === undefined) return false;
      this.#client = client;
      this.#topic = connection.upTopic;
    }
    const { _keepaliveInterval, _keepaliveTimer } = this.#client;
    if (_keepaliveInterval > 0) _keepaliveTimer?.refresh();
    return true;
  }

  take(bytes: Buffer, start: number, bodyAt: number, end: number): boolean {
    const flags = bytes[start]! & 0x0f;
    const qos = (flags >> 1) & 0x03;
    const topicAt = bodyAt + 2;
    const topicEnd = topicAt + this.#topic.length;
    const payloadAt = topicEnd + 2 * qos;
    // Whatever is out of the ordinary is Aedes' to judge.
    if (qos > 1 || (flags & 0x01) !== 0 || payloadAt > end || !this.#isOwnTopic(bytes, bodyAt)) return false;
    const messageId = qos === 1 ? bytes.readUInt16BE(topicEnd) : 0;
    if (qos === 1 && messageId === 0) return false;
    const client = this.#client!;
    if (client.closed || this.#connection.destroyed) return true;
    const payload = bytes.subarray(payloadAt, end);
    const dup = (flags & 0x08) !== 0;
    const packet = { cmd: 'publish', topic: this.#topic, qos: qos as 0 | 1, retain: false, dup, payload } as const;
    if (++this.#waiting >= MAX_WAITING) this.#hold(WAITS);
    this.#direct.publish(client, packet as unknown as PublishPacket, (error) => this.#answered(error, messageId));
    return true;
  }

  #isOwnTopic(bytes: Buffer, bodyAt: number): boolean {
    const topic = this.#topic;
    if (bytes.readUInt16BE(bodyAt) !== topic.length) return false;
    for (let i = 0; i < topic.length; i++) if (bytes[bodyAt + 2 + i] !== topic.charCodeAt(i)) return false;
    return true;
  }

  #answered(error: Error | null | undefined, messageId: number): void {
    this.#waiting--;
    const client = this.#client!;
    if (error) {
      client.emit('error', error);
      return;
    }
    if (messageId > 0 && this.#acks.push(messageId) === 1) this.#direct.writeSoon(this);
    if (this.#waiting <= MAX_WAITING / 2) this.#release(WAITS);
  }

  #hold(reason: number): void {
    if (this.#held === 0) this.#client!.pause();
    this.#held |= reason;
  }

  #release(reason: number): void {
    if ((this.#held & reason) === 0) return;
    this.#held &= ~reason;
    if (this.#held === 0) this.#client!.resume();
  }

  /** PUBACK, MQTT 3.1.1 section 3.4. */
  write(): void {
    const acks = this.#acks;
    this.#acks = [];
    if (this.#connection.destroyed) return;
    const bytes = Buffer.allocUnsafe(4 * acks.length);
    for (let i = 0; i < acks.length; i++) bytes.writeUInt32BE(0x4002_0000 + acks[i]!, 4 * i);
    if (this.#connection.write(bytes)) return;
    // A device that does not read its acknowledgements is not read either, and is cut off in the end.
    this.#hold(DOES_NOT_READ);
    this.#client!.waitForDrain((error) => {
      if (!error) this.#release(DOES_NOT_READ);
    });
  }
}
