import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';

const password = 'bench-administrator';

/** A Tocsin of its own, with its embedded engines in a temporary folder, and devices to send with. */
export class BenchTocsin {
  readonly mqttPort: number;
  readonly url: string;
  token = '';
  readonly #child: Child;
  readonly #dir: string;

  private constructor(child: Child, dir: string, mqttPort: number, httpPort: number) {
    this.#child = child;
    this.#dir = dir;
    this.mqttPort = mqttPort;
    this.url = `http://127.0.0.1:${httpPort}`;
  }

  static async start(): Promise<BenchTocsin> {
    const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
    const [mqttPort, httpPort] = [await freePort(), await freePort()];
    const child = new Child('../src/main.ts', {
      TOCSIN_DATA_DIR: dir,
      TOCSIN_MQTT_HOST: '127.0.0.1',
      TOCSIN_MQTT_PORT: String(mqttPort),
      TOCSIN_HTTP_HOST: '127.0.0.1',
      TOCSIN_HTTP_PORT: String(httpPort),
      TOCSIN_LOG_LEVEL: 'warn',
      TOCSIN_FLOWS_ENABLED: 'false',
      TOCSIN_ACCESS_ADMIN_PASSWORD: password,
    });
    const tocsin = new BenchTocsin(child, dir, mqttPort, httpPort);
    await tocsin.#ready();
    const session = await tocsin.call<{ token: string }>('POST', '/session', { login: 'admin', password });
    tocsin.token = session.token;
    return tocsin;
  }

  async #ready(): Promise<void> {
    for (let i = 0; i < 300; i++) {
      const ready = await fetch(`${this.url}/health/ready`).catch(() => null);
      if (ready?.ok) return;
      await sleep(100);
    }
    await this.end();
    throw new Error('Tocsin was not ready within 30 s; its log is above');
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** Makes one square of every tier and devices of a type in it. */
  async devices(type: string, count: number): Promise<{ id: string; secret: string }[]> {
    const name = { zh: '测', en: 'bench' };
    const square = [
      [104, 30],
      [104.1, 30],
      [104.1, 30.1],
      [104, 30.1],
      [104, 30],
    ];
    const polygon = { type: 'Polygon', coordinates: [square] };
    const tiers = ['district', 'street', 'community', 'grid'];
    const areas = tiers.map((tier, i) => ({ id: tier, tier, parentId: tiers[i - 1] ?? null, name, polygon }));
    await this.call('PUT', '/areas', areas);
    const made: { id: string; secret: string }[] = [];
    for (let i = 0; i < count; i += 20)
      made.push(
        ...(await Promise.all(Array.from({ length: Math.min(20, count - i) }, (_, k) => this.#device(type, i + k)))),
      );
    return made;
  }

  async #device(type: string, number: number): Promise<{ id: string; secret: string }> {
    const id = `${type}-${number}`;
    const device = { id, type, name: id, latitude: 30.05, longitude: 104.05 };
    const { secret } = await this.call<{ secret: string }>('POST', '/devices', device);
    return { id, secret };
  }

  async end(): Promise<void> {
    await this.#child.end();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
