import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SimulatorError } from './simulator-error.ts';

export interface ServiceOptions {
  /** Folder for everything that the service keeps, and its log. */
  dir: string;
  host: string;
  ports: { http: number; mqtt: number; mqtts: number; ws: number; wss: number };
  certificate: { cert: string; key: string };
  adminPassword: string;
}

const root = join(import.meta.dirname, '..');
const readyWithinMs = 90_000;
const stopWithinMs = 20_000;

/** Tocsin itself as a process of its own, as `npm start` starts it. */
export class Service {
  readonly url: string;
  readonly mqttUrl: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;

  private constructor(child: ChildProcess, options: ServiceOptions, logFile: string) {
    this.#child = child;
    this.logFile = logFile;
    // Where it listens everywhere, this machine is one of the places.
    const host = options.host === '0.0.0.0' ? '127.0.0.1' : options.host;
    this.url = `http://${host}:${options.ports.http}`;
    this.mqttUrl = `mqtt://${host}:${options.ports.mqtt}`;
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /**
   * Starts it and waits until it is ready.
   * @throws SimulatorError with the last lines of its log when it does not get ready.
   */
  static async start(options: ServiceOptions, signal: AbortSignal): Promise<Service> {
    const { dir, host, ports, certificate, adminPassword } = options;
    const logFile = join(dir, 'service.log');
    const log = openSync(logFile, 'w');
    // Settings of this machine's own installation are not the demonstration's.
    const settingsFile = join(dir, 'tocsin.yaml');
    writeFileSync(settingsFile, '');
    const surroundings = Object.entries(process.env).filter(([name]) => !name.startsWith('TOCSIN_'));
    const child = spawn(process.execPath, [join(root, 'src/main.ts')], {
      cwd: root,
      stdio: ['ignore', log, log],
      env: {
        ...Object.fromEntries(surroundings),
        TOCSIN_FILE: settingsFile,
        TOCSIN_DATA_DIR: join(dir, 'data'),
        TOCSIN_HTTP_HOST: host,
        TOCSIN_HTTP_PORT: String(ports.http),
        TOCSIN_MQTT_HOST: host,
        TOCSIN_MQTT_PORT: String(ports.mqtt),
        TOCSIN_MQTT_WS_PORT: String(ports.ws),
        TOCSIN_MQTT_WSS_PORT: String(ports.wss),
        TOCSIN_MQTT_TLS_PORT: String(ports.mqtts),
        TOCSIN_MQTT_TLS_CERT: certificate.cert,
        TOCSIN_MQTT_TLS_KEY: certificate.key,
        TOCSIN_ACCESS_ADMIN_PASSWORD: adminPassword,
      },
    });
    closeSync(log);
    const service = new Service(child, options, logFile);
    try {
      await service.#ready(signal);
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  get #running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #ready(signal: AbortSignal): Promise<void> {
    for (const deadline = performance.now() + readyWithinMs; performance.now() < deadline; await sleep(200)) {
      signal.throwIfAborted();
      if (!this.#running) throw new SimulatorError(`The service has ended while it was starting:\n\n${this.tail()}`);
      const ready = await fetch(`${this.url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
    }
    throw new SimulatorError(`The service was not ready within ${readyWithinMs / 1000} s:\n\n${this.tail()}`);
  }

  /** The last lines of its log. */
  tail(lines = 20): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    if (this.#running) await once(this.#child, 'exit');
    clearTimeout(patience);
  }
}
