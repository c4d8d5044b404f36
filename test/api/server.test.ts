import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import * as contract from '../../src/api/contract.ts';
import { examples } from '../../src/api/examples.ts';
import { createApi } from '../../src/api/server.ts';
import { TocsinError } from '../../src/shared/errors.ts';
import { verifyAudit } from '../../src/store/audit.ts';
import { registeredRoutes } from './registered-routes.ts';
import { addAlarm, addBaselineAlarm, addCase } from './rows.ts';
import { areas, openWorld, type World } from './world.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-console-'));
  world = await openWorld({ consoleDir: folder, settings: { intake: { maxPayload: 1000 } } });
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const sendFrame = async (body: string | Buffer, headers: Record<string, string>) => {
  const response = await fetch(`${world.url}/api/v1/frames`, { method: 'POST', body, headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as { code?: string } };
};

test('a frame goes to the gateway as bytes, whatever its type says', async () => {
  const texts = ['{"level": 12.4}', 'no JSON at all', ''];
  for (const [index, type] of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'].entries()) {
    const headers = { ...basic('dev1', 'se:cret'), 'content-type': type };
    const { status, body } = await sendFrame(texts[index]!, headers);
    expect([status, body]).toEqual([202, { samples: index + 1, problems: [] }]);
  }
  expect(world.frames.map((frame) => Buffer.from(frame.payload).toString())).toEqual(texts);
  expect(world.frames[0]).toMatchObject({ deviceId: 'dev1', secret: 'se:cret' });
});

test('of a payload that is too large the gateway gets one byte more than is allowed, and the sender the answer', async () => {
  const { gateway } = world.context;
  const { acceptHttp } = gateway;
  const sizes: number[] = [];
  gateway.acceptHttp = async ({ payload }) => {
    sizes.push(payload.length);
    if (payload.length > 1000) throw new TocsinError('PAYLOAD_TOO_LARGE', 'At most 1000 bytes.');
    return { samples: 1, problems: [] };
  };
  const answers: Awaited<ReturnType<typeof sendFrame>>[] = [];
  for (const size of [1000, 1001, 10_000_000])
    answers.push(await sendFrame(Buffer.alloc(size, 'x'), basic('dev1', 's')));
  gateway.acceptHttp = acceptHttp;
  expect(answers.map(({ status }) => status)).toEqual([202, 413, 413]);
  expect(answers[2]!.body.code).toBe('PAYLOAD_TOO_LARGE');
  expect(sizes).toEqual([1000, 1001, 1001]);
});

test('a device that sends too much is told in how many seconds to come back', async () => {
  const { gateway } = world.context;
  const { acceptHttp } = gateway;
  gateway.acceptHttp = async () => {
    throw new TocsinError('RATE_LIMITED', 'Too much.', { retryAfterS: 7 });
  };
  const { status, headers, body } = await sendFrame('{}', basic('dev1', 's'));
  gateway.acceptHttp = acceptHttp;
  expect([status, headers.get('retry-after'), body.code]).toEqual([429, '7', 'RATE_LIMITED']);
});

test('bad device credentials are refused, many of them are made to wait, and a good one never is', async () => {
  const own = await openWorld();
  try {
    own.context.gateway.acceptHttp = async ({ secret }) => {
      if (secret === 'good') return { samples: 1, problems: [] };
      throw new TocsinError('CREDENTIAL_INVALID', 'Unknown device or wrong secret.');
    };
    const send = (headers: Record<string, string>) =>
      fetch(`${own.url}/api/v1/frames`, { method: 'POST', body: '{}', headers });
    expect(await (await send({})).json()).toMatchObject({ code: 'CREDENTIAL_INVALID' });
    expect((await send({ authorization: `Bearer ${own.token('admin')}` })).status).toBe(401);
    const statuses: number[] = [];
    for (let i = 0; i < 30; i++) statuses.push((await send(basic('dev1', `guess${i}`))).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect((await send(basic('dev2', 'good'))).status).toBe(202);
  } finally {
    await own.close();
  }
});

test('an error nobody expected gives an id that is in the log, and nothing of our inside', async () => {
  const { readiness } = world.context;
  world.context.readiness = async () => {
    throw new Error('connection string is postgres://user:hush@db');
  };
  const { status, body } = await world.call(null, 'GET', '/health/ready');
  world.context.readiness = readiness;
  expect([status, body.code]).toEqual([500, 'INTERNAL']);
  expect(JSON.stringify(body)).not.toContain('hush');
  const line = world.logged.find((one) => one.id === body.detail.id);
  expect(JSON.stringify(line)).toContain('hush');
});

test('a request that is broken off is no failure of ours', async () => {
  const before = world.logged.length;
  const port = Number(new URL(world.url).port);
  for (const path of ['/api/v1/frames', '/api/v1/session']) {
    const socket = connect(port, '127.0.0.1');
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`;
    await new Promise((resolve) => socket.write(head, resolve));
    await setTimeout(50);
    socket.resetAndDestroy();
  }
  await setTimeout(100);
  expect(world.logged.slice(before).filter((line) => Number(line.level) >= 50)).toEqual([]);
});

test('a request that never comes to its end is not waited for', async () => {
  const api = createApi(world.context);
  expect(api.server.requestTimeout).toBeGreaterThan(0);
  await api.close();
});

test('a request that has come before the end is answered as any other', async () => {
  const api = createApi(world.context);
  await api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  await new Promise((resolve) => socket.write('GET /api/v1/areas HTTP/1.1\r\nhost: x\r\n', resolve));
  await setTimeout(50);
  const closed = api.close();
  await setTimeout(20);
  const ended = once(socket, 'close');
  socket.write('\r\n');
  await Promise.all([closed, ended]);
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(answer).toContain('"code":"');
});

test('a body that cannot be read is refused by name', async () => {
  const headers = { authorization: `Bearer ${world.token('admin')}`, 'content-type': 'application/json' };
  const post = async (body: string, type = 'application/json') => {
    const init = { method: 'POST', body, headers: { ...headers, 'content-type': type } };
    const response = await fetch(`${world.url}/api/v1/devices`, init);
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  expect(await post('{ "id": ')).toEqual([400, 'REQUEST_INVALID']);
  expect(await post('x', 'text/csv')).toEqual([415, 'REQUEST_INVALID']);
  expect(await post(`"${'x'.repeat(2_000_000)}"`)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect(await post('{"__proto__": {"id": "x"}}')).toEqual([400, 'REQUEST_INVALID']);
});

test('health says which part does not work, and why', async () => {
  expect((await world.call(null, 'GET', '/health/live')).body).toEqual({ ok: true });
  expect((await world.call(null, 'GET', '/health/ready')).body).toEqual({ ok: true, parts: { store: { ok: true } } });
  const { readiness } = world.context;
  const parts = { store: { ok: true }, engine: { ok: false, detail: 'its thread does not answer' } };
  world.context.readiness = async () => parts;
  const { status, body } = await world.call(null, 'GET', '/health/ready');
  world.context.readiness = readiness;
  expect([status, body]).toEqual([503, { ok: false, parts }]);
});

test('metrics: from this machine for everyone, through a proxy with the permission', async () => {
  await world.call('officer', 'GET', '/alarms');
  const { status, body, headers } = await world.call(null, 'GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/plain');
  expect(body).toContain('process_cpu_seconds_total');
  expect(body).toMatch(/tocsin_http_request_seconds_count\{method="GET",route="\/api\/v1\/alarms",status="200"\} \d/);
  expect(body).toContain('\ntocsin_other_part 1');
  const proxied = { 'x-forwarded-for': '203.0.113.7' };
  expect((await world.call(null, 'GET', '/metrics', undefined, proxied)).status).toBe(401);
  expect((await world.call('worker', 'GET', '/metrics', undefined, proxied)).status).toBe(403);
  expect((await world.call('integrator', 'GET', '/metrics', undefined, proxied)).status).toBe(200);
});

const OpenApi = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.object({ summary: z.string(), responses: z.looseObject({}) }))),
});

test('the documentation is OpenAPI 3.1 with every route of the API in it', async () => {
  const { body } = await world.call(null, 'GET', '/api/docs/json');
  const { openapi, paths } = OpenApi.parse(body);
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const registered = (await registeredRoutes(world.context))
    .filter(({ url }) => !url.startsWith('/api/docs') && url !== '/*')
    .map(({ method, url }) => `${method} ${url}`);
  expect(described.sort()).toEqual(registered.sort());
  // Every reference leads somewhere.
  const references = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
  expect(references.length).toBeGreaterThan(10);
  for (const name of references) expect(body.components.schemas).toHaveProperty([name]);
});

test('what is sent has an example that would be taken, and descriptions are said', async () => {
  for (const [name, schema] of Object.entries(contract)) {
    const example = examples[name as keyof typeof examples];
    if (example !== undefined) expect(schema.safeParse(example).error, name).toBeUndefined();
  }
  const { body } = await world.call(null, 'GET', '/api/docs/json');
  const bodies = [...JSON.stringify(body.paths).matchAll(/"requestBody":.{0,99}?schemas\/(\w+)"/g)].map(
    ([, name]) => name!,
  );
  expect(bodies.length).toBeGreaterThan(10);
  const { schemas } = body.components;
  for (const name of bodies) expect(schemas[name].examples, name).toHaveLength(1);
  expect(schemas.Time.description).toContain('milliseconds');
});

test('the documentation page needs nothing from elsewhere and no inline script', async () => {
  const page = await world.call(null, 'GET', '/api/docs');
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy')!;
  expect(policy).toContain("script-src 'self';");
  const addresses = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string);
  expect(addresses.length).toBeGreaterThan(4);
  for (const address of addresses) {
    expect(address).toMatch(/^(\/api\/docs|\.)\//);
    const file = await fetch(new URL(address, `${world.url}/api/docs`));
    expect([address, file.status]).toEqual([address, 200]);
    await file.arrayBuffer();
  }
  expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style/);
});

test('without a built console a page says how to build it; with one every address of it is its page', async () => {
  const get = async (path: string) => {
    const response = await fetch(world.url + path);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const missing = await get('/');
  expect(missing.status).toBe(503);
  expect(missing.text).toContain('npm run build');

  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(folder, 'assets', 'main-abc123.js'), 'export {};');
  for (const path of ['/', '/alarms/01ABC', '/index.html', '/devices/a.b?x=1']) {
    const page = await get(path);
    expect([path, page.status, page.text]).toEqual([path, 200, '<!doctype html><title>console</title>']);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toContain("worker-src 'self' blob:");
  }
  const script = await get('/assets/main-abc123.js');
  expect(script.headers.get('content-type')).toContain('javascript');
  expect(script.headers.get('cache-control')).toContain('immutable');
  // What is not a page is not answered with one.
  for (const path of ['/assets/gone.js', '/api/v1/nothing', '/api/nothing', '/health/nothing']) {
    const { status, text } = await get(path);
    expect([path, status, JSON.parse(text).code]).toEqual([path, 404, 'NOT_FOUND']);
  }
  expect((await fetch(`${world.url}/alarms`, { method: 'POST' })).status).toBe(404);
  expect((await get('/..%2f..%2fetc/passwd')).text).not.toContain('root:');
});

test('with a certificate it speaks https and says so to browsers', async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }]);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(cert, pems.cert);
  await writeFile(key, pems.private);
  const api = createApi({
    ...world.context,
    settings: { ...world.context.settings, http: { ...world.context.settings.http, cert, key } },
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  expect(url).toMatch(/^https:/);
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const call = request(`${url}/health/live`, { ca: pems.cert, servername: 'localhost' }, (response) => {
      response.resume();
      resolve(response.headers);
    });
    call.on('error', reject).end();
  });
  expect(headers['strict-transport-security']).toContain('max-age');
  await api.close();
});

test('every route that changes something leaves a line in the audit record', async () => {
  const own = await openWorld();
  try {
    await addAlarm(own.store, 'a1');
    await addAlarm(own.store, 'a2');
    await addCase(own.store, 'k1', 'a1', 'worker');
    const notice = { id: 'n1', caseId: 'k1', alarmId: 'a1', reason: 'dispatched' as const, at: 1, readAt: null };
    await own.store
      .insertInto('notice')
      .values({ ...notice, personId: 'worker' })
      .execute();
    const password = 'a long password';
    const person = await own.call('admin', 'POST', '/people', { login: 'new', name: 'New', role: 'service', password });
    const hook = await own.call('admin', 'POST', '/webhooks', { url: 'https://hook.example' });
    const session = await own.call(null, 'POST', '/session', { login: 'new', password });
    const hers = { authorization: `Bearer ${session.body.token}` };
    const device = { id: 'x1', type: 'flood-gauge', name: 'X', latitude: 0.5, longitude: 0.5 };

    const off = { scope: 'area', mode: 'off', note: 'why' };
    /** Route → who calls it, where, with what. The first three were called above. */
    const calls: [route: string, who: string | null, path: string, body?: unknown][] = [
      ['PATCH /people/:id', 'admin', `/people/${person.body.id}`, { name: 'Renamed' }],
      ['PUT /areas', 'admin', '/areas', [{ ...areas[0], west: undefined }]],
      ['PUT /duty', 'officer', '/duty', []],
      ['POST /devices', 'admin', '/devices', device],
      ['PATCH /devices/:id', 'admin', '/devices/x1', { name: 'Y' }],
      ['POST /devices/:id/credential', 'admin', '/devices/x1/credential'],
      ['POST /devices/:id/commands', 'officer', '/devices/x1/commands', { command: 'clear' }],
      ['POST /replays', 'admin', '/replays', { from: 1, deviceId: 'x1' }],
      ['POST /backtests', 'admin', '/backtests', { deviceType: 'flood-gauge', from: 1, to: 2 }],
      ['DELETE /backtests/:id', 'admin', '/backtests/1'],
      ['POST /alarms/:id/acknowledge', 'officer', '/alarms/a2/acknowledge'],
      ['POST /alarms/:id/words', 'officer', '/alarms/b1/words', { verdict: 'false-alarm' }],
      ['POST /alarms/:id/words/:verdict/take-back', 'officer', '/alarms/b1/words/false-alarm/take-back'],
      ['POST /cases/:id/accept', 'worker', '/cases/k1/accept'],
      ['POST /cases/:id/note', 'worker', '/cases/k1/note', { note: 'here' }],
      ['POST /cases/:id/handled', 'worker', '/cases/k1/handled'],
      ['POST /cases/:id/verify', 'colleague', '/cases/k1/verify', { pass: true }],
      ['POST /notices/:seq/read', 'worker', '/notices/1/read'],
      ['PATCH /webhooks/:id', 'admin', `/webhooks/${hook.body.id}`, { minSeverity: 'red' }],
      ['PUT /rules/:type/:name', 'admin', '/rules/flood-gauge/waterlogging', { ...off, scopeId: 'g1' }],
      ['DELETE /rules/:type/:name', 'admin', '/rules/flood-gauge/waterlogging?scope=area&scopeId=g1&note=why'],
      [
        'POST /rules/:type/:name/revert',
        'admin',
        '/rules/flood-gauge/waterlogging/revert',
        { version: 2, note: 'why' },
      ],
      ['DELETE /webhooks/:id', 'admin', `/webhooks/${hook.body.id}`],
    ];
    const rows = () => own.store.selectFrom('audit').selectAll().orderBy('seq').execute();
    expect((await rows()).map((row) => row.action)).toEqual(['person.created', 'webhook.created', 'session.opened']);
    const fresh = await own.call(null, 'POST', '/session', { login: 'new', password });
    expect(fresh.status).toBe(200);
    const own2 = { authorization: `Bearer ${fresh.body.token}` };
    const change = { current: password, next: 'another password' };
    expect((await own.call(null, 'PUT', '/session/password', change, own2)).status).toBe(204);
    expect((await own.call(null, 'DELETE', '/session', undefined, own2)).status).toBe(204);
    expect((await own.call(null, 'GET', '/session', undefined, hers)).status).toBe(401);

    await addBaselineAlarm(own.store, 'b1');
    for (const [route, who, path, body] of calls) {
      const before = (await rows()).length;
      const answer = await own.call(who, route.split(' ')[0]!, path, body);
      expect([route, answer.status < 300], JSON.stringify(answer.body)).toEqual([route, true]);
      const added = (await rows()).slice(before);
      expect([route, added.map((row) => row.personId)]).toEqual([route, [who]]);
    }
    expect(await verifyAudit(own.store)).toMatchObject({ ok: true });

    const covered = [...calls.map(([route]) => route), 'POST /people', 'POST /webhooks', 'POST /session'];
    covered.push('PUT /session/password', 'DELETE /session');
    // A frame is a device's word, and kept in the journal; a check changes nothing.
    const others = ['/api/v1/frames', '/api/v1/rules/check'];
    const writing = (await registeredRoutes(own.context))
      .filter(({ method, url }) => /^(POST|PUT|PATCH|DELETE)$/.test(method) && !others.includes(url))
      .map(({ method, url }) => `${method} ${url.replace('/api/v1', '')}`);
    expect(writing.sort()).toEqual(covered.sort());
  } finally {
    await own.close();
  }
});

test('an address that cannot be decoded is answered like any other mistake', async () => {
  const answer = await fetch(`${world.url}/api/v1/devices/%ff`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'REQUEST_INVALID' });
});
