import fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { FlowsHost } from '../../src/flows/host.ts';
import { flowsProxy } from '../../src/flows/proxy.ts';
import { TocsinError } from '../../src/shared/errors.ts';
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

/** A server with the proxy in it; whoever says `x-role: integrator` may edit, whoever says nothing is not signed in. */
async function serve(flows: FlowsHost): Promise<{ app: FastifyInstance; url: string }> {
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof TocsinError ? error.status : 500;
    return reply.code(status).send({ code: (error as TocsinError).code, message: (error as Error).message });
  });
  await app.register(flowsProxy, {
    editor: flows.editor,
    flows: () => flows,
    mayEdit(request) {
      const role = request.headers['x-role'];
      if (role === undefined) throw new TocsinError('SIGN_IN_REQUIRED', 'Sign in first.');
      return role === 'integrator';
    },
  });
  onTestFinished(() => app.close());
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) };
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

test('with the editor on, only those who may edit reach it, its admin API and its WebSocket', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes, editor: true });
  const { url } = await serve(flows);
  const status = async (path: string, headers: Record<string, string>, init = {}) =>
    (await fetch(url + path, { headers, ...init })).status;
  for (const path of [
    '/red',
    '/red/',
    '/red/flows',
    '/red/settings',
    '/RED/flows',
    '/red//flows',
    '/hooks/../red/flows',
  ]) {
    expect([401, 404], path).toContain(await status(path, {}));
    expect([403, 404], path).toContain(await status(path, { 'x-role': 'duty-officer' }));
  }
  expect(await status('/red/flows', {})).toBe(401);
  expect(await status('/red/flows', { 'x-role': 'duty-officer' })).toBe(403);
  expect(await status('/red/flows', {}, { method: 'POST', body: '[]' })).toBe(401);
  expect(await status('/red/', { 'x-role': 'integrator' })).toBe(200);
  expect(await status('/red/flows', { 'x-role': 'integrator' })).toBe(200);
  expect(await comms(url, { 'x-role': 'integrator' })).toBe('open');
  expect(await comms(url, {})).toBe('401');
  expect(await comms(url, { 'x-role': 'duty-officer' })).toBe('403');

  // Past the proxy, on Node-RED's own port.
  expect((await fetch(`${flows.httpUrl}/red/flows`)).status).toBe(403);
  expect(await comms(flows.httpUrl!, {})).not.toBe('open');
});

test('a deploy from the editor goes through', async () => {
  const flows = await startTestFlows({ dir: await tempDir(), nodes, editor: true });
  const { url } = await serve(flows);
  const headers = { 'x-role': 'integrator', 'content-type': 'application/json', 'node-red-api-version': 'v2' };
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
  const { url } = await serve(flows);
  for (const path of ['/red', '/red/', '/red/flows']) {
    expect((await fetch(url + path, { headers: { 'x-role': 'integrator' } })).status).toBe(404);
  }
  expect(await comms(url, { 'x-role': 'integrator' })).toBe('404');
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
