import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real InfluxDB 1.x server on loopback, with a folder of its own. */
export interface InfluxServer {
  url: string;
  /** Ends it in order; its data stay. */
  stop(): Promise<void>;
  /** Ends it as a power cut would end it; its data stay. */
  kill(): Promise<void>;
  /** Makes it hang: it keeps its connections and answers nothing until it is resumed. */
  pause(): void;
  resume(): void;
  /** Starts it again with the same data and address. */
  restart(): Promise<void>;
  /** Runs one InfluxQL statement and returns the first result's rows. */
  query(database: string, statement: string): Promise<unknown[][]>;
  /** Ends it and deletes its data. Every test that starts a server calls this. */
  remove(): Promise<void>;
}

/** Starts a server on free ports and waits until it answers. `auth`: it asks for users, the first of whom may be made. */
export async function startInflux({ auth = false } = {}): Promise<InfluxServer> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-influx-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const configFile = join(dir, 'influxdb.conf');
  await writeFile(configFile, configuration(dir, port, auth));

  let server: ChildProcess;
  const run = async () => {
    server = await start(configFile, join(dir, 'log'), url);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };

  await run();
  return {
    url,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    restart: run,
    query: async (database, statement) => {
      const query = new URLSearchParams({ db: database, epoch: 'ms', q: statement });
      const answer = await fetch(`${url}/query?${query}`, { method: 'POST' });
      const body = (await answer.json()) as {
        error?: string;
        results?: { error?: string; series?: { values: unknown[][] }[] }[];
      };
      const result = body.results?.[0];
      const error = body.error ?? result?.error;
      if (error) throw new Error(error);
      return result?.series?.flatMap((series) => series.values) ?? [];
    },
    remove: async () => {
      await end('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function start(configFile: string, logFile: string, url: string): Promise<ChildProcess> {
  const server = spawn('sh', ['-c', 'exec influxd run -config "$0" >"$1" 2>&1', configFile, logFile], {
    stdio: 'ignore',
  });
  // A test run that breaks off must not leave a server behind.
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);
  server.once('exit', () => process.off('exit', killWithUs));

  for (let tries = 0; tries < 300; tries += 1) {
    if (server.exitCode !== null) break;
    const answers = await fetch(`${url}/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answers) return server;
    await sleep(50);
  }
  server.kill('SIGKILL');
  throw new Error(`influxd does not answer at ${url}: ${await readFile(logFile, 'utf8')}`);
}

function configuration(dir: string, port: number, auth: boolean): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  auth-enabled = ${auth}
[logging]
  level = "warn"
`;
}
