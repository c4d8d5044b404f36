import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { SimulatorError } from './simulator-error.ts';

export interface ConnectionCounts {
  /** Frames and the samples in them that the service has acknowledged. */
  frames: number;
  samples: number;
  /** Connections that were lost. */
  lost: number;
  commands: number;
}

/** One device's MQTT connection, as a real device has it: its own credential, its two topics, QoS 1. */
export class Connection {
  readonly #client: MqttClient;
  readonly #deviceId: string;
  readonly #counts: ConnectionCounts;

  private constructor(client: MqttClient, deviceId: string, counts: ConnectionCounts) {
    this.#client = client;
    this.#deviceId = deviceId;
    this.#counts = counts;
  }

  /**
   * Connects and listens for commands. A connection that is lost later comes back by itself.
   * @throws SimulatorError when the first attempt fails.
   */
  static async open(
    url: string,
    deviceId: string,
    secret: string,
    counts: ConnectionCounts,
    onCommand: (name: string) => void,
  ): Promise<Connection> {
    const options: IClientOptions = {
      clientId: deviceId,
      username: deviceId,
      password: secret,
      keepalive: 60,
      reconnectPeriod: 2_000,
      connectTimeout: 20_000,
      // The service keeps commands for a device that is away.
      clean: false,
      // The demonstration signs its certificate itself.
      rejectUnauthorized: false,
    };
    const client = connect(url, options);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', (error) => {
        client.end(true);
        reject(new SimulatorError(`${deviceId} cannot connect to ${url}: ${error.message || String(error)}`));
      });
    });
    client.removeAllListeners('error');
    // A lost connection is counted, and MQTT.js tries again.
    client.on('error', () => {});
    client.on('close', () => counts.lost++);
    client.on('message', (_topic, payload) => {
      const name = commandIn(payload);
      if (name === null) return;
      counts.commands++;
      onCommand(name);
    });
    await client.subscribeAsync(`tocsin/v1/${deviceId}/down`, { qos: 1 });
    return new Connection(client, deviceId, counts);
  }

  /** Resolves when the service has acknowledged the frame. */
  async publish(payload: string, samples: number): Promise<void> {
    await this.#client.publishAsync(`tocsin/v1/${this.#deviceId}/up`, payload, { qos: 1 });
    this.#counts.frames++;
    this.#counts.samples += samples;
  }

  async close(): Promise<void> {
    this.#client.removeAllListeners('close');
    await this.#client.endAsync(true);
  }
}

/** The name of a command, or null when the message is none. */
function commandIn(payload: Buffer): string | null {
  try {
    const message: unknown = JSON.parse(payload.toString('utf8'));
    const name = message !== null && typeof message === 'object' && 'command' in message ? message.command : null;
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}
