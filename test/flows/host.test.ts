import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startFlows } from '../../src/flows/host.ts';
import { Settings } from '../../src/settings/schema.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { tempDir } from '../support/temp-dir.ts';
import { flow, startTestFlows } from './support/flows.ts';

const patient = { timeout: 10_000, interval: 20 };
const answering = (url: string, func: string) => [
  { id: `in${url}`, type: 'http in', url, method: 'get', wires: [[`do${url}`]] },
  { id: `do${url}`, type: 'function', func, outputs: 1, wires: [['out']] },
];
const nodes = flow(
  ...answering('/loop', 'for (;;) {}'),
  ...answering('/env', "msg.payload = [env.get('TOCSIN_SECRET') ?? 'none', env.get('PATH') ?? 'none']; return msg;"),
  { id: 'out', type: 'http response' },
);

test('an endless loop in a flow does not hold Tocsin up; its process is ended and started again', async () => {
  const flows = await startTestFlows({
    dir: await tempDir(),
    nodes,
    patience: { beatMs: 100, missedBeats: 10, firstPauseMs: 20 },
  });
  const { pid } = flows.status();
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  const looping = fetch(`${flows.httpUrl}/hooks/loop`, { headers: flows.headers }).catch(() => 'cut off');

  await vi.waitFor(() => expect(flows.status().state).toBe('restarting'), patient);
  expect(flows.status().trouble).toMatch(/did not answer for 1 s.*endless loop/);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(50);
  expect(await looping).toBe('cut off');

  await vi.waitFor(() => expect(flows.status().state).toBe('running'), patient);
  expect(flows.status()).toMatchObject({ restarts: 1, trouble: null });
  expect(flows.status().pid).not.toBe(pid);
  expect((await fetch(`${flows.httpUrl}/hooks/env`, { headers: flows.headers })).status).toBe(200);
});

test('a process that is killed is started again, and is gone after close', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes, patience: { firstPauseMs: 20 } });
  const first = flows.status().pid!;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => expect(flows.status()).toMatchObject({ state: 'running', restarts: 1 }), patient);
  const second = flows.status().pid!;
  expect(second).not.toBe(first);
  await flows.close();
  expect(flows.status()).toMatchObject({ state: 'stopped', pid: null });
  expect(() => process.kill(second, 0)).toThrow('ESRCH');
});

test('a node type that is missing fails the start with its name', async () => {
  const starting = startTestFlows({ dir: await tempDir(), nodes: flow({ id: 'x', type: 'teleport-out' }) });
  await expect(starting).rejects.toMatchObject({
    code: 'FLOWS_UNAVAILABLE',
    message: expect.stringContaining('teleport-out'),
  });
});

test('a flow file that is no JSON fails the start with its name', async () => {
  const dir = await tempDir();
  await mkdir(path.join(dir, 'flows'));
  await writeFile(path.join(dir, 'flows/flows.json'), '[{');
  const starting = startFlows({
    settings: Settings.parse({ flows: { dir: path.join(dir, 'flows') } }),
    dataDir: path.join(dir, 'data'),
    log: createLogger('silent'),
    apiUrl: 'http://127.0.0.1:9',
    token: '',
  });
  await expect(starting).rejects.toThrow(/flows\.json cannot be read/);
});

test('flows see nothing of the environment, and nothing is written beside them', async () => {
  const dir = await tempDir();
  vi.stubEnv('TOCSIN_SECRET', 'of ours');
  const flows = await startTestFlows({ dir, nodes });
  vi.unstubAllEnvs();
  const answer = await fetch(`${flows.httpUrl}/hooks/env`, { headers: flows.headers });
  expect(await answer.json()).toEqual(['none', 'none']);
  expect(await readdir(path.join(dir, 'flows'))).toEqual(['flows.json']);
});

test('when Tocsin is killed its Node-RED ends too, even in an endless loop', async () => {
  const dir = await tempDir();
  await mkdir(path.join(dir, 'flows'));
  await writeFile(path.join(dir, 'flows/flows.json'), JSON.stringify(nodes));
  const host = fork(path.join(import.meta.dirname, 'support/host-process.ts'), [dir], { execArgv: [] });
  onTestFinished(() => void host.kill('SIGKILL'));
  const [{ pid, url, headers }] = (await once(host, 'message')) as [
    { pid: number; url: string; headers: Record<string, string> },
  ];
  const looping = fetch(`${url}/hooks/loop`, { headers }).catch(() => 'cut off');
  // The flow has it when the process no longer answers anything else.
  await vi.waitFor(
    () => expect(fetch(`${url}/hooks/env`, { headers, signal: AbortSignal.timeout(300) })).rejects.toThrow(),
    patient,
  );
  host.kill('SIGKILL');
  expect(await looping).toBe('cut off');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), patient);
});
