import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-first-'));
const running: ChildProcess[] = [];
let env: NodeJS.ProcessEnv;
let url: string;
let port: number;

beforeAll(async () => {
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    ...process.env,
    TOCSIN_DATA_DIR: dataDir,
    TOCSIN_HTTP_HOST: '127.0.0.1',
    TOCSIN_HTTP_PORT: String(port),
    TOCSIN_MQTT_HOST: '127.0.0.1',
    TOCSIN_MQTT_PORT: '0',
    TOCSIN_FLOWS_ENABLED: 'false',
    TOCSIN_LOG_LEVEL: 'info',
  };
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

function start(more: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['src/main.ts'], { env: { ...env, ...more } });
  running.push(child);
  const started = { child, said: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      started.said += bytes;
    });
  }
  return started;
}

async function ready(): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    if ((await fetch(`${url}/health/ready`).catch(() => null))?.ok) return;
    await sleep(50);
  }
  throw new Error('Tocsin was not ready');
}

async function signIn(password: string): Promise<{ status: number; token: string }> {
  const body = JSON.stringify({ login: 'admin', password });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body });
  return { status: answer.status, token: ((await answer.json()) as { token: string }).token };
}

const linesOf = (said: string) => said.split('\n').filter((line) => line.startsWith('{'));
const passwordIn = (said: string) => /with the password \\?"([\w-]{16})\\?"/.exec(said)?.[1];

test('a first start that fails takes no password with it', { timeout: 180_000 }, async () => {
  const other: Server = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const failing = start();
  const [code] = await once(failing.child, 'close');
  expect(code).toBe(1);
  expect(failing.said).toContain('PORT_UNAVAILABLE');
  expect(passwordIn(failing.said)).toBeUndefined();
  other.close();

  const second = start();
  await ready();
  // As soon as it says that it is ready, somebody can sign in.
  const made = passwordIn(second.said)!;
  expect((await signIn(made)).status).toBe(200);
  // Not on a terminal: one JSON object a line, the password's as well.
  expect(linesOf(second.said).filter((line) => JSON.parse(line).msg.includes(made))).toHaveLength(1);
  second.child.kill('SIGTERM');
  await once(second.child, 'close');

  const third = start({ TOCSIN_ACCESS_ADMIN_PASSWORD: 'somebody is there already' });
  await ready();
  expect((await signIn('somebody is there already')).status).toBe(401);
  expect(third.said).toContain('npm run tocsin -- password');
});

test('a lost password is set anew at the command line, beside a Tocsin that runs', async () => {
  const command = (args: string[], input = '') =>
    spawnSync(process.execPath, ['src/cli/main.ts', 'password', ...args], { env, input, encoding: 'utf8' });

  expect(command(['nobody'])).toMatchObject({ status: 1, stdout: expect.stringContaining('There is: admin.') });
  expect(command(['admin', '--password', 'short'])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('10 to 200'),
  });
  expect(command(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('--stdin') });

  const made = /Sign in with: {2}(\S+)/.exec(command(['admin']).stdout)![1]!;
  const { status, token } = await signIn(made);
  expect(status).toBe(200);

  const given = command(['admin', '--stdin'], 'chosen by the operator\n');
  expect(given.stdout).not.toContain('chosen');
  const old = await fetch(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  expect(old.status).toBe(401);
  expect((await signIn('chosen by the operator')).status).toBe(200);
  const audit = spawnSync(process.execPath, ['src/cli/main.ts', 'audit', 'verify'], { env, encoding: 'utf8' });
  expect(audit.stdout).toContain('unbroken');
});
