import mqtt, { type MqttClient } from 'mqtt';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

export interface FleetOptions {
  mqttPort: number;
  devices: readonly { id: string; secret: string }[];
  perSecond: number;
  /** How long it may have to send, seconds: its device time must not run into the future. */
  forSeconds: number;
}

/**
 * Flood gauges that send as fast as they are told, over real connections, and remember what was acknowledged. Their
 * device time runs far faster than the clock, so that floods of an hour come and go in seconds.
 */
export class CrashFleet {
  /** Per device: the steps whose PUBACK came. */
  readonly acknowledged: Set<number>[];
  readonly #options: FleetOptions;
  readonly #clients: MqttClient[];
  readonly #next: number[];
  readonly #began = Date.now() - 28 * dayMs;
  readonly #stepMs: number;
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { mqttPort, devices, perSecond, forSeconds } = options;
    // Close enough together to be evidence without a gap.
    this.#stepMs = Math.min(120_000, Math.floor((28 * dayMs) / ((perSecond / devices.length) * forSeconds)));
    this.acknowledged = devices.map(() => new Set());
    this.#next = devices.map(() => 0);
    this.#clients = devices.map(({ id, secret }) => {
      const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, {
        clientId: id,
        username: id,
        password: secret,
        reconnectPeriod: 100,
      });
      // It connects again by itself; what is not acknowledged it sends again.
      client.on('error', () => {});
      return client;
    });
  }

  start(): void {
    const perTick = this.#options.perSecond / 100;
    this.#timer = setInterval(() => {
      for (let i = 0; i < perTick; i++) this.#send(this.#turn++ % this.#clients.length);
    }, 10);
  }

  #send(device: number): void {
    const step = this.#next[device]!++;
    const at = this.timeOf(step);
    const payload = JSON.stringify({ time: at, level: this.levelAt(device, step) });
    this.#clients[device]!.publish(
      `tocsin/v1/${this.#options.devices[device]!.id}/up`,
      payload,
      { qos: 1 },
      (error) => {
        if (!error) this.acknowledged[device]!.add(step);
      },
    );
  }

  /** Measured time of a step. */
  timeOf(step: number): number {
    return this.#began + step * this.#stepMs;
  }

  /** Every fourth device is flooded every other hour of its own time; the others stay dry. */
  levelAt(device: number, step: number): number {
    const hour = Math.floor(this.timeOf(step) / hourMs) + device;
    return device % 4 === 0 && hour % 2 === 1 ? 33 : 3;
  }

  /** Measured times of everything sent so far, from and to. */
  span(device: number): { from: number; to: number } {
    return { from: this.#began, to: this.timeOf(this.#next[device]!) };
  }

  async connected(): Promise<void> {
    await Promise.all(
      this.#clients.map((client) =>
        client.connected ? undefined : new Promise<void>((resolve) => client.once('connect', () => resolve())),
      ),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
  }
}
