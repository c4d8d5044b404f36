import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createApi } from '../../src/api/server.ts';
import type { FlowsHost } from '../../src/flows/host.ts';
import { flowsProxy } from '../../src/flows/proxy.ts';
import { openWorld } from '../api/world.ts';
import { tempDir } from '../support/temp-dir.ts';
import { flow, startTestFlows } from './support/flows.ts';

const nodes = flow(
  { id: 'in', type: 'http in', url: '/seen', method: 'post', wires: [['do']] },
  {
    id: 'do',
    type: 'function',
    func: 'msg.payload = { headers: msg.req.headers, body: msg.payload }; return msg;',
    outputs: 1,
    wires: [['out']],
  },
  { id: 'out', type: 'http response' },
);

/** The real API with the proxy in it; `as(login)` is the header of someone who is signed in. */
async function serve(flows: FlowsHost) {
  const world = await openWorld();
  onTestFinished(() => world.close());
  const api = createApi(world.context);
  api.register(flowsProxy, {
    editor: flows.editor,
    flows: () => flows,
  });
  onTestFinished(() => api.close());
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  return { url, as: (login: string) => ({ authorization: `Bearer ${world.token(login)}` }) };
}

/** What a WebSocket to `/red/comms` comes to: `open`, or the status of the refusal. */
function comms(url: string, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/red/comms`, { headers });
  return new Promise((resolve) => {
    // What the editor asks for first; Node-RED answers with what it has said there last.
    socket.on('open', () => socket.send(JSON.stringify({ subscribe: 'notification/#' })));
    socket.on('message', () => {
      resolve('open');
      socket.close();
    });
    socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.on('error', (error) => resolve(error.message));
    socket.on('close', () => resolve('closed'));
  });
}

test('a person who is not signed in is led from the editor to the sign-in, a program is told', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes, editor: true });
  const { url, as } = await serve(flows);
  const open = (path: string, init: RequestInit) => fetch(url + path, { ...init, redirect: 'manual' });
  const browser = { accept: 'text/html,application/xhtml+xml' };
  const led = await open('/red/?a=1', { headers: browser });
  expect([led.status, led.headers.get('location')]).toEqual([302, '/sign-in?to=%2Fred%2F%3Fa%3D1']);
  expect((await open('/red', { headers: browser })).headers.get('location')).toBe('/sign-in?to=%2Fred');
  expect((await open('/red/flows', { headers: { accept: 'application/json' } })).status).toBe(401);
  expect((await open('/red/flows', { headers: browser, method: 'POST' })).status).toBe(401);
  expect((await open('/red/', { headers: { ...browser, ...as('worker') } })).status).toBe(403);
  expect((await open('/api/v1/alarms', { headers: browser })).status).toBe(401);
});

test('with the editor on, only those who may edit reach it, its admin API and its WebSocket', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes, editor: true });
  const { url, as } = await serve(flows);
  const status = async (path: string, headers: Record<string, string>, init = {}) =>
    (await fetch(url + path, { headers, ...init })).status;
  // However it is written: the flows are not given to others. (What is no route may be the console's page.)
  for (const path of [
    '/red',
    '/red/flows',
    '/RED/flows',
    '/red//flows',
    '//red/flows',
    '/hooks/%2e%2e/red/flows',
    '/hooks/..%2fred/flows',
  ]) {
    for (const headers of [{}, as('officer')]) {
      expect(await (await fetch(url + path, { headers })).text(), path).not.toMatch(/"type":\s*"tab"|node-red/i);
    }
  }
  expect(await status('/red/flows', {})).toBe(401);
  expect(await status('/red/flows', as('officer'))).toBe(403);
  expect(await status('/red/flows', {}, { method: 'POST', body: '[]' })).toBe(401);
  // The API allows nothing of what the editor's page is made of; the editor has its own policy.
  const page = await fetch(`${url}/red/`, { headers: as('integrator') });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toMatch(
    /script-src 'self' 'unsafe-inline'.*frame-ancestors 'self'/,
  );
  expect(await status('/red/flows', as('integrator'))).toBe(200);
  expect(await comms(url, as('integrator'))).toBe('open');
  expect(await comms(url, {})).toBe('401');
  expect(await comms(url, as('officer'))).toBe('403');

  // Past the proxy, on Node-RED's own port.
  expect((await fetch(`${flows.httpUrl}/red/flows`)).status).toBe(403);
  expect(await comms(flows.httpUrl!, {})).not.toBe('open');
});

test('a deploy from the editor goes through', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes, editor: true });
  const { url, as } = await serve(flows);
  const headers = { ...as('integrator'), 'content-type': 'application/json', 'node-red-api-version': 'v2' };
  const { rev, flows: now } = (await (await fetch(`${url}/red/flows`, { headers })).json()) as {
    rev: string;
    flows: { id: string; url?: string }[];
  };
  const changed = now.map((node) => (node.id === 'in' ? { ...node, url: '/moved' } : node));
  const deployed = await fetch(`${url}/red/flows`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ rev, flows: changed }),
  });
  expect(deployed.status).toBe(200);
  await vi.waitFor(async () => expect((await fetch(`${url}/hooks/moved`, { method: 'POST' })).status).toBe(200));
});

test('with the editor off /red is not there, and /hooks reaches the flows without the session cookie', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes });
  const { url, as } = await serve(flows);
  for (const path of ['/red', '/red/', '/red/flows']) {
    expect((await fetch(url + path, { headers: as('integrator') })).status).toBe(404);
  }
  expect(await comms(url, as('integrator'))).toBe('404');
  expect((await fetch(`${flows.httpUrl}/red/flows`, { headers: flows.headers })).status).toBe(404);

  const answer = await fetch(`${url}/hooks/seen`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: 'tocsin_session=secret' },
    body: '{"a":1}',
  });
  const seen = (await answer.json()) as { headers: Record<string, string>; body: unknown };
  expect(seen.body).toEqual({ a: 1 });
  expect(seen.headers).not.toHaveProperty('cookie');
  expect(Object.keys(seen.headers)).not.toContain('x-tocsin-flows');
});

test('while Node-RED is away /hooks says so', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes });
  const { url } = await serve(flows);
  await flows.close();
  const answer = await fetch(`${url}/hooks/seen`, { method: 'POST' });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'FLOWS_UNAVAILABLE' });
});
