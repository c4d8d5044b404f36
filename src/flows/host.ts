import { randomBytes } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../settings/schema.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { keepSecret } from './host/keep-secret.ts';
import { type StartNodeRed, secretHeader } from './host/messages.ts';
import { type Patience, type Run, startRun } from './host/run.ts';

export interface FlowsStatus {
  state: 'running' | 'restarting' | 'stopped';
  /** How often Node-RED had to be started again since Tocsin started. */
  restarts: number;
  pid: number | null;
  /** Why it does not run, for people; null when all is well. */
  trouble: string | null;
}

/** Node-RED in a process of its own, kept running. */
export interface FlowsHost {
  /** Whether the editor is on. */
  readonly editor: boolean;
  /** Where it listens now, on loopback; null while it does not run. It answers only with `headers`. */
  readonly httpUrl: string | null;
  readonly headers: Readonly<Record<string, string>>;
  status(): FlowsStatus;
  close(): Promise<void>;
}

export interface FlowsOptions {
  settings: Settings;
  /** Node-RED's working files go into `flows` below it. */
  dataDir: string;
  log: Logger;
  /** Where the API answers, for Tocsin's nodes: `http://127.0.0.1:8080`. */
  apiUrl: string;
  /** Token of a person whose role is `service`. */
  token: string;
  /** Only tests are less patient. */
  patience?: Partial<Patience & { firstPauseMs: number }>;
}

const usual = { startMs: 30_000, beatMs: 1000, missedBeats: 10, stopMs: 5000, firstPauseMs: 1000 };
const longestPauseMs = 60_000;

/**
 * Starts Node-RED with the flows of `flows.dir` and keeps it running: a process that ends or no longer answers is
 * started again, after a pause that doubles up to a minute.
 * @throws TocsinError FLOWS_UNAVAILABLE when the flows do not start the first time, with the reason: a node type that
 * is missing is named.
 */
export async function startFlows(options: FlowsOptions): Promise<FlowsHost> {
  const { settings, log } = options;
  const patience = { ...usual, ...options.patience };
  const start = await prepare(options);
  const env = childEnvironment(settings);
  const host = { restarts: 0, trouble: null as string | null };
  const closing = new AbortController();

  const startOnce = async () => {
    const started = await startRun(start, env, patience, log, closing.signal);
    // The same port again after a restart: what is under way through the proxy then finds it.
    start.port = started.port;
    return started;
  };
  let run: Run | null = await startOnce().catch((error: Error) => {
    throw new TocsinError('FLOWS_UNAVAILABLE', `Node-RED did not start. ${error.message}`);
  });
  log.info({ pid: run.pid, editor: start.editor }, 'flows are running');

  const kept = keepRunning();
  async function keepRunning(): Promise<void> {
    let pause = patience.firstPauseMs;
    let beats = 0;
    while (run) {
      const since = setInterval(() => {
        beats += 1;
      }, patience.beatMs);
      const why = await run.ended;
      clearInterval(since);
      run = null;
      if (closing.signal.aborted) return;
      host.trouble = why;
      // What ran for a minute had a good start: the next pause is a short one again.
      if (beats >= 60) pause = patience.firstPauseMs;
      beats = 0;
      while (!run && !closing.signal.aborted) {
        log.error({ trouble: host.trouble, pauseMs: pause }, 'Node-RED ended; it is started again');
        await sleep(pause, undefined, { signal: closing.signal }).catch(() => {});
        pause = Math.min(pause * 2, longestPauseMs);
        if (closing.signal.aborted) return;
        host.restarts += 1;
        run = await startOnce().catch((error: Error) => {
          host.trouble = error.message;
          // Somebody else may have taken the port meanwhile.
          start.port = 0;
          return null;
        });
        if (closing.signal.aborted) await run?.stop();
      }
      if (run) host.trouble = null;
    }
  }

  return {
    editor: start.editor,
    get httpUrl() {
      return run ? `http://127.0.0.1:${run.port}` : null;
    },
    headers: { [secretHeader]: start.secret },
    status() {
      const state = closing.signal.aborted ? 'stopped' : run ? 'running' : 'restarting';
      return { state, restarts: host.restarts, pid: run?.pid ?? null, trouble: host.trouble };
    },
    async close() {
      closing.abort();
      await run?.stop();
      await kept;
    },
  };
}

async function prepare({ settings, dataDir, apiUrl, token }: FlowsOptions): Promise<StartNodeRed> {
  const userDir = path.resolve(dataDir, 'flows');
  await mkdir(userDir, { recursive: true });
  // Node-RED keeps credentials beside the flows unless there is a file here already, and misses its package.json.
  await writeMissing(path.join(userDir, 'flows_cred.json'), '{}');
  await writeMissing(path.join(userDir, 'package.json'), '{ "private": true }');
  return {
    userDir,
    flowFile: path.resolve(settings.flows.dir, 'flows.json'),
    editor: settings.flows.editor,
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    credentialSecret: await keepSecret(path.join(userDir, 'credential-secret')),
    tocsin: { url: apiUrl, token },
  };
}

async function writeMissing(file: string, text: string): Promise<void> {
  await access(file).catch(() => writeFile(file, text, { mode: 0o600 }));
}

/** What flows may read with `env`: nothing of Tocsin's own environment, which may hold secrets. */
function childEnvironment(settings: Settings): Record<string, string> {
  return {
    TZ: Intl.DateTimeFormat().resolvedOptions().timeZone,
    // Tocsin's own certificate, so that its nodes take it when it has signed itself.
    ...(settings.http.cert ? { NODE_EXTRA_CA_CERTS: path.resolve(settings.http.cert) } : {}),
    ...(settings.flows.webhookUrl ? { TOCSIN_FLOWS_WEBHOOK_URL: settings.flows.webhookUrl } : {}),
  };
}
