import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import type { BrokerTimeouts } from '../../src/ingest/broker.ts';
import { createSecret } from '../../src/ingest/credentials.ts';
import { type Gateway, startGateway } from '../../src/ingest/gateway.ts';
import type { KnownDevice } from '../../src/ingest/known-devices.ts';
import { type Disk, fileDisk } from '../../src/journal/disk.ts';
import type { Entry, JournalAppender } from '../../src/journal/port.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { type EmbeddedJournalWriter, openJournalWriter } from '../../src/journal/writer.ts';
import type { Channel } from '../../src/model/channel.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { Settings } from '../../src/settings/schema.ts';
import { type Clock, steadyClock } from '../../src/shared/clock.ts';

export const now = 1_772_323_200_000;
const log = pino({ level: 'silent' });

const level: Channel = {
  name: 'level',
  label: { zh: '水位', en: 'level' },
  unit: 'cm',
  kind: 'number',
  min: 0,
  max: 500,
  baseline: true,
};
export const gauge: DeviceType = {
  id: 'gauge',
  name: { zh: '水位计', en: 'gauge' },
  periodMs: 60_000,
  channels: [level],
  channelByName: new Map([[level.name, level]]),
  commands: [],
  rules: [],
};

const sos: Channel = { ...level, name: 'sos', kind: 'switch', min: 0, max: 1, unit: '1', lifeSafety: true };
export const band: DeviceType = {
  ...gauge,
  id: 'band',
  channels: [level, sos],
  channelByName: new Map([level, sos].map((channel) => [channel.name, channel])),
};

export interface TestDevice extends KnownDevice {
  secret: string;
}

export function someDevice(id: string, type = gauge.id): TestDevice {
  return { id, type, gridId: 'grid-1', state: 'active', ...createSecret() };
}

interface HarnessOptions {
  disk?: Disk;
  /** How long messages wait for a disk that fails. */
  patienceMs?: number;
  mqtt?: object;
  intake?: object;
  timeouts?: Partial<BrokerTimeouts>;
  /** What the limits count by. */
  steady?: Clock;
  /** What stands before the journal. */
  before?: (journal: EmbeddedJournalWriter) => JournalAppender;
}

/** A gateway on a real journal in a temporary folder, with devices `a` and `b`, on ports that the system chooses. */
export class Harness {
  readonly a = someDevice('a');
  readonly b = someDevice('b');
  devices: KnownDevice[] = [this.a, this.b];
  /** Whether `devices` cannot be read. */
  storeFails = false;
  readonly #everKnown = new Set<string>();
  gateway!: Gateway;
  journal!: EmbeddedJournalWriter;
  readonly #clients: MqttClient[] = [];
  readonly #inboxes = new Map<MqttClient, [topic: string, text: string][]>();
  #dir = '';

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness();
    harness.#dir = await mkdtemp(join(tmpdir(), 'tocsin-ingest-'));
    const clock = { now: () => now };
    const { disk = fileDisk, patienceMs = 60_000, steady = steadyClock, before = (journal) => journal } = options;
    harness.journal = await openJournalWriter({
      dir: harness.#dir,
      segmentBytes: 1e9,
      keepMs: 0,
      patienceMs,
      log,
      clock,
      disk,
    });
    const settings = Settings.parse({
      mqtt: { host: '127.0.0.1', port: 0, ...options.mqtt },
      intake: { maxPayload: 1000, ...options.intake },
    });
    harness.gateway = await startGateway({
      settings,
      async devices() {
        if (harness.storeFails) throw new Error('The store does not answer.');
        return harness.devices;
      },
      journal: before(harness.journal),
      deviceTypes: new Map([gauge, band].map((type) => [type.id, type])),
      clock,
      steady,
      log,
      timeouts: options.timeouts,
    });
    return harness;
  }

  /** Tells the gateway that `devices` are others now. */
  async devicesChanged(): Promise<void> {
    for (const { id } of [this.a, this.b, ...this.devices]) this.#everKnown.add(id);
    await this.gateway.devicesChanged([...this.#everKnown]);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) await client.endAsync(true);
    await this.gateway.close();
    await this.journal.close();
    await rm(this.#dir, { recursive: true });
  }

  /** A client with the credential of `device`, that does not reconnect. Rejects when it is refused. */
  async connect(
    device: TestDevice,
    options: IClientOptions = {},
    url = this.url,
    onConnack: (packet: IConnackPacket) => void = () => {},
  ): Promise<MqttClient> {
    const client = mqtt.connect(url, {
      username: device.id,
      password: device.secret,
      reconnectPeriod: 0,
      connectTimeout: 5000,
      ...options,
    });
    this.#clients.push(client);
    const inbox: [topic: string, text: string][] = [];
    this.#inboxes.set(client, inbox);
    client.on('message', (topic, payload) => inbox.push([topic, payload.toString()]));
    await new Promise<void>((resolve, reject) => {
      client.once('connect', (packet) => {
        onConnack(packet);
        resolve();
      });
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    // What a test does not wait for must not fail it from behind.
    client.on('error', () => {});
    return client;
  }

  /** Whether there is a session for a client that comes back and leaves again. */
  async comesBack(device: TestDevice, clientId: string): Promise<boolean> {
    let present = false;
    const client = await this.connect(device, { clean: false, clientId }, this.url, (connack) => {
      present = connack.sessionPresent;
    });
    await client.endAsync();
    return present;
  }

  /** What a client has received since it connected, once it is so much. */
  async received(client: MqttClient, count: number): Promise<[topic: string, text: string][]> {
    const inbox = this.#inboxes.get(client)!;
    while (inbox.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    return inbox;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.gateway.ports.mqtt}`;
  }

  async everything(): Promise<Entry[]> {
    const reader = await openJournalReader({ dir: this.#dir, partition: 0, progress: this.journal.progress });
    const signal = new AbortController().signal;
    const stored = await reader.read(0, 100_000, 0, signal);
    await reader.close();
    return stored.map(({ entry }) => entry);
  }

  /** What came from outside. */
  async entries(): Promise<Exclude<Entry, { kind: 'tick' | 'rules' | 'word' }>[]> {
    return (await this.everything()).filter(
      (entry) => entry.kind !== 'tick' && entry.kind !== 'rules' && entry.kind !== 'word',
    );
  }

  /** Waits for so many entries that are no ticks. */
  async entriesOnceThere(count: number): Promise<Exclude<Entry, { kind: 'tick' | 'rules' | 'word' }>[]> {
    for (;;) {
      const entries = await this.entries();
      if (entries.length >= count) return entries;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Value of `tocsin_refused_total` for a code, over all ways in. */
  async refused(code: string): Promise<number> {
    return await this.#counted('tocsin_refused_total', 'code', code);
  }

  /** Value of `tocsin_shed_total`. */
  async shed(reason: 'rate' | 'overload'): Promise<number> {
    return await this.#counted('tocsin_shed_total', 'reason', reason);
  }

  /** Value of `tocsin_ignored_total`. */
  async ignored(what: 'will' | 'retain'): Promise<number> {
    return await this.#counted('tocsin_ignored_total', 'what', what);
  }

  async #counted(name: string, label: string, value: string): Promise<number> {
    const metric = (await this.gateway.registry.getMetricsAsJSON()).find((one) => one.name === name);
    const values = metric?.values.filter(({ labels }) => labels[label] === value) ?? [];
    return values.reduce((sum, counted) => sum + Number(counted.value), 0);
  }
}

/** Resolves when the connection of a client is gone. */
export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    if (!client.connected) resolve();
    else client.once('close', () => resolve());
  });
}

/** Payload of an entry as text. */
export function payloadOf(entry: Exclude<Entry, { kind: 'tick' | 'rules' | 'word' }>): string {
  return Buffer.from((entry.kind === 'frame' ? entry.frame : entry.refusal).payload).toString();
}
