import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createSecret } from '../../src/ingest/credentials.ts';
import { type Gateway, startGateway } from '../../src/ingest/gateway.ts';
import { devicesOfStore } from '../../src/ingest/known-devices.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { mqttDoor } from '../../src/roles/gateway-processes.ts';
import { dataFiles } from '../../src/settings/data-files.ts';
import { Settings } from '../../src/settings/schema.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore, type Store } from '../../src/store/open.ts';

export interface Credential {
  id: string;
  secret: string;
}

/** A gateway of two processes over a real store and journal, with devices `d0` and on. */
export class GatewayTown {
  gateway!: Gateway;
  store!: Store;
  devices: Credential[] = [];
  #lines: Record<string, unknown>[] = [];
  #payloads!: () => Promise<string[]>;
  readonly #closing: (() => Promise<unknown>)[] = [];
  readonly #clients: MqttClient[] = [];

  /** Until the test ends. */
  static async start(deviceCount: number, mqttSettings: object = {}): Promise<GatewayTown> {
    const town = new GatewayTown();
    onTestFinished(() => town.stop());
    return await town.open(deviceCount, mqttSettings);
  }

  /** Until `stop`, for several tests. */
  async open(deviceCount: number, mqttSettings: object = {}): Promise<this> {
    const dir = await mkdtemp(join(tmpdir(), 'tocsin-gateways-'));
    this.#closing.push(() => rm(dir, { recursive: true }));
    const settings = Settings.parse({
      dataDir: dir,
      mqtt: { host: '127.0.0.1', port: 0, processes: 2, ...mqttSettings },
      log: { level: 'silent' },
    });
    const files = dataFiles(settings);
    this.store = await openStore(files.store);
    this.#closing.push(() => this.store.destroy());
    await migrate(this.store);
    this.devices = await insertDevices(this.store, deviceCount);
    const lines = { write: (line: string) => void this.#lines.push(JSON.parse(line)) };
    const log = pino({ level: 'info' }, lines);
    const journal = await openJournalWriter({ dir: files.journal, segmentBytes: 1e9, keepMs: 0, log });
    this.#closing.push(() => journal.close());
    this.#payloads = async () => {
      const reader = await openJournalReader({ dir: files.journal, partition: 0, progress: journal.progress });
      const stored = await reader.read(0, 1_000_000, 0, new AbortController().signal);
      await reader.close();
      return stored.flatMap(({ entry }) =>
        entry.kind === 'frame' ? [Buffer.from(entry.frame.payload).toString()] : [],
      );
    };
    this.gateway = await startGateway({
      settings,
      devices: devicesOfStore(this.store),
      journal,
      deviceTypes: new Map(),
      clock: systemClock,
      log,
      openDoor: mqttDoor(settings),
    });
    this.#closing.push(() => this.gateway.close());
    return this;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.end(true);
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  /** Process ids as the log gave them. */
  get processes(): number[] {
    return this.logged('devices come in at several processes')[0]!.processes as number[];
  }

  logged(text: string): Record<string, unknown>[] {
    return this.#lines.filter(({ msg }) => String(msg).includes(text));
  }

  /** Payloads of all frames in the journal. */
  payloads(): Promise<string[]> {
    return this.#payloads();
  }

  async connections(): Promise<number> {
    const metrics = await this.gateway.metrics();
    return Number(metrics.find(({ name }) => name === 'tocsin_mqtt_connections')?.values[0]?.value ?? 0);
  }

  /** A client with the device's credential. Rejects when it is refused. */
  async connect({ id, secret }: Credential, options: IClientOptions = {}, way = 'mqtt'): Promise<MqttClient> {
    const port = this.gateway.ports[way as 'mqtt'];
    const client = mqtt.connect(`${way}://127.0.0.1:${port}`, {
      username: id,
      password: secret,
      reconnectPeriod: 0,
      ...options,
    });
    this.#clients.push(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    client.on('error', () => {});
    return client;
  }
}

/** Waits until something is so. The test's own time limit ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function insertDevices(store: Store, count: number): Promise<Credential[]> {
  const area = { id: 'grid', tier: 'grid' as const, parentId: null, nameZh: '网格', nameEn: 'grid', polygonJson: '{}' };
  await store.insertInto('area').values(area).execute();
  const devices: Credential[] = [];
  for (let number = 0; number < count; number++) {
    const id = `d${number}`;
    const { secret, ...hashed } = createSecret();
    const place = { type: 'gauge', name: id, latitude: 30, longitude: 104, gridId: 'grid' };
    await store
      .insertInto('device')
      .values({ id, ...place, ...hashed, state: 'active', createdAt: 0 })
      .execute();
    devices.push({ id, secret });
  }
  return devices;
}
