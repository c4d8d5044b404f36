import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { TestDevice } from './harness.ts';

export type Received<Cmd extends Packet['cmd']> = Extract<Packet, { cmd: Cmd }>;

/** A client that does what it is told, be it against the protocol, and nothing of itself: it acknowledges nothing. */
export class RawClient {
  readonly socket: Socket;
  readonly received: Packet[] = [];
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;

  private constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => this.received.push(packet));
    this.socket.on('data', (chunk) => parser.parse(chunk));
  }

  /** Nothing is sent yet. */
  static async open(port: number): Promise<RawClient> {
    const client = new RawClient(port);
    await once(client.socket, 'connect');
    return client;
  }

  /** Signed in with the credential of a device, clean session, client id `raw`. */
  static async signIn(
    port: number,
    device: Pick<TestDevice, 'id' | 'secret'>,
    options: Partial<Received<'connect'>> = {},
  ): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.send(connectOf(device, options));
    await client.next('connack');
    return client;
  }

  send(packet: Packet | Buffer): void {
    this.socket.write(Buffer.isBuffer(packet) ? packet : bytesOf(packet));
  }

  /** The first packet of its kind that has come and was not asked for before, once it is there. */
  async next<Cmd extends Packet['cmd']>(cmd: Cmd): Promise<Received<Cmd>> {
    for (;;) {
      const at = this.received.findIndex((packet) => packet.cmd === cmd);
      if (at >= 0) return this.received.splice(at, 1)[0] as Received<Cmd>;
      if (this.socket.destroyed) throw new Error(`The connection ended without ${cmd}.`);
      await turn();
    }
  }

  /** Whether the broker still answers on this connection; what it had to say before is there then. */
  async lives(): Promise<boolean> {
    this.send({ cmd: 'pingreq' });
    return await this.next('pingresp').then(
      () => true,
      () => false,
    );
  }

  /** Ends without DISCONNECT. */
  async cut(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

export function connectOf(
  device: Pick<TestDevice, 'id' | 'secret'>,
  options: Partial<Received<'connect'>> = {},
): Packet {
  const { id: username, secret } = device;
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'raw',
    clean: true,
    keepalive: 60,
    username,
    password: Buffer.from(secret),
    ...options,
  } as Packet;
}

export function bytesOf(packet: Packet): Buffer {
  return mqttPacket.generate(packet);
}

/** A publication on the own topic. */
export function publishOf(
  device: Pick<TestDevice, 'id' | 'secret'>,
  payload: string,
  options: Partial<Received<'publish'>> = {},
): Packet {
  const topic = `tocsin/v1/${device.id}/up`;
  return { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false, ...options };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
