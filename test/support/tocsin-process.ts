import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Area, DeviceType } from '../../src/api/contract.ts';
import { freePort } from './free-port.ts';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const readyWithinMs = 120_000;
export const adminPassword = 'administrator-of-tests';

/** The square that `makeDevices` puts everything into, at every tier. */
const square: [number, number][] = [
  [104, 30],
  [104.1, 30],
  [104.1, 30.1],
  [104, 30.1],
  [104, 30],
];

/** The real service in a process of its own, in a temporary folder, on free ports of loopback. */
export class TocsinProcess {
  readonly url: string;
  readonly mqttPort: number;
  readonly dataDir: string;
  /** Everything it wrote to its log. */
  log = '';
  token = '';
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | null = null;

  private constructor(dataDir: string, httpPort: number, mqttPort: number, env: NodeJS.ProcessEnv) {
    this.dataDir = dataDir;
    this.url = `http://127.0.0.1:${httpPort}`;
    this.mqttPort = mqttPort;
    this.#env = {
      ...process.env,
      TOCSIN_DATA_DIR: dataDir,
      TOCSIN_MQTT_HOST: '127.0.0.1',
      TOCSIN_MQTT_PORT: String(mqttPort),
      TOCSIN_HTTP_HOST: '127.0.0.1',
      TOCSIN_HTTP_PORT: String(httpPort),
      TOCSIN_LOG_LEVEL: 'info',
      TOCSIN_FLOWS_ENABLED: 'false',
      TOCSIN_ACCESS_ADMIN_PASSWORD: adminPassword,
      ...env,
    };
  }

  /** Starts it, waits until it is ready, and signs in as its administrator. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<TocsinProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-'));
    const tocsin = new TocsinProcess(dataDir, await freePort(), await freePort(), env);
    await tocsin.run();
    return tocsin;
  }

  /** Starts it (again) over the same folder and ports. */
  async run(): Promise<void> {
    await this.#ready(this.#spawn());
    if (!this.token) {
      const session = await this.call<{ token: string }>('POST', '/session', {
        login: 'admin',
        password: adminPassword,
      });
      this.token = session.token;
    }
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, [mainFile], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        this.log += bytes;
      });
    return child;
  }

  async #ready(child: ChildProcess): Promise<void> {
    const lives = () => child.exitCode === null && child.signalCode === null;
    for (let waited = 0; waited < readyWithinMs && lives(); waited += 50) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      if (answer?.ok) return;
      await sleep(50);
    }
    throw new Error(`Tocsin was not ready; it said:\n${this.log}`);
  }

  /** Of the process that runs now. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('Tocsin does not run');
    return pid;
  }

  /** Calls the API as the administrator. @throws with status and body when the answer is no success. */
  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Its metrics, `name{labels}` → value. */
  async metrics(): Promise<Record<string, number>> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  /** Puts one area of every tier in place, each the same square. */
  async makeAreas(): Promise<void> {
    const tiers = ['district', 'street', 'community', 'grid'] as const;
    const areas = tiers.map(
      (tier, i): Area => ({
        id: tier,
        tier,
        parentId: tiers[i - 1] ?? null,
        name: { zh: tier, en: tier },
        polygon: { type: 'Polygon', coordinates: [square] },
      }),
    );
    await this.call('PUT', '/areas', areas);
  }

  /** Makes devices of a type inside the square, `{type}-0` and on; the areas must be there. */
  async makeDevices(type: DeviceType['id'], count: number): Promise<{ id: string; secret: string }[]> {
    const made: { id: string; secret: string }[] = [];
    for (let first = 0; first < count; first += 20) {
      const numbers = Array.from({ length: Math.min(20, count - first) }, (_, i) => first + i);
      made.push(...(await Promise.all(numbers.map((number) => this.#makeDevice(type, number)))));
    }
    return made;
  }

  async #makeDevice(type: string, number: number): Promise<{ id: string; secret: string }> {
    const id = `${type}-${number}`;
    // Two kilometres from one to the next: few are neighbours of each other, and each is judged by itself.
    const [row, column] = [number % 5, Math.floor(number / 5) % 4];
    const device = { id, type, name: id, latitude: 30.005 + 0.0225 * row, longitude: 104.005 + 0.03 * column };
    const { secret } = await this.call<{ secret: string }>('POST', '/devices', device);
    return { id, secret };
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it and ends it as a power cut would, before or soon after it is ready. */
  async killWhileStarting(afterMs: number): Promise<void> {
    this.#spawn();
    await sleep(afterMs);
    await this.kill();
  }

  /** Tells it to stop and does not let it finish. */
  async killWhileStopping(afterMs: number): Promise<void> {
    this.#process?.kill('SIGTERM');
    await sleep(afterMs);
    await this.kill();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Ends it and removes what it kept. */
  async remove(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
