import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import { TocsinError } from '../shared/errors.ts';
import type { KnownDevice } from './known-devices.ts';
import type { DeviceLimit } from './limits/device-limit.ts';
import type { DeviceLimits } from './limits/device-limits.ts';
import { downTopic, upTopic } from './topics.ts';

/** Connections of one device at once: itself, a restart not yet noticed, and people trying things out. */
const MAX_CONNECTIONS = 8;

/** A signed-in connection. */
export interface Connection {
  readonly client: Client;
  device: KnownDevice;
  /** Shared by all connections of the device. */
  readonly limit: DeviceLimit;
  readonly upTopic: string;
  readonly downTopic: string;
  /** When it came in, where several processes have a door each: see Takeover. */
  arrivedAt: number;
}

/** Who is signed in over MQTT. */
export class Connections {
  readonly #limits: DeviceLimits;
  readonly #byClient = new Map<Client, Connection>();
  readonly #byDevice = new Map<string, Client[]>();

  constructor(limits: DeviceLimits) {
    this.#limits = limits;
  }

  /** Number of connections. */
  get size(): number {
    return this.#byClient.size;
  }

  of(client: Client): Connection | undefined {
    return this.#byClient.get(client);
  }

  ofDevice(deviceId: string): readonly Client[] {
    return this.#byDevice.get(deviceId) ?? [];
  }

  /**
   * Takes in a device that has shown its credential.
   * @throws TocsinError TOO_MANY_CONNECTIONS.
   */
  add(client: Client, device: KnownDevice): void {
    const { id } = device;
    // Gone while it signed in: its 'close' would not come again.
    if (client.conn.closed) return;
    // A connection of the same client id is about to be taken over.
    const others = this.ofDevice(id).filter((other) => other.id !== client.id);
    if (others.length >= MAX_CONNECTIONS) {
      const text = `Device ${id} has ${MAX_CONNECTIONS} connections already; close one first.`;
      throw new TocsinError('TOO_MANY_CONNECTIONS', text);
    }
    const limit = this.#limits.of(device);
    this.#byClient.set(client, { client, device, limit, upTopic: upTopic(id), downTopic: downTopic(id), arrivedAt: 0 });
    this.#byDevice.set(id, [...this.ofDevice(id), client]);
  }

  /** Its connection has closed. */
  remove(client: Client): void {
    const connection = this.#byClient.get(client);
    if (!connection) return;
    this.#byClient.delete(client);
    const { id } = connection.device;
    const others = this.ofDevice(id).filter((other) => other !== client);
    if (others.length > 0) this.#byDevice.set(id, others);
    else this.#byDevice.delete(id);
  }
}

/** Aedes' end of a connection; undefined before it has one. */
export function clientOf(connection: Duplex): Client | undefined {
  return (connection as Duplex & { client?: Client }).client;
}
