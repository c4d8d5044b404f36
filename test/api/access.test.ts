import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApi } from '../../src/api/server.ts';
import { allows, type Permission, permissions } from '../../src/model/permission.ts';
import { roles } from '../../src/model/role.ts';
import { registeredRoutes } from './registered-routes.ts';
import { addAlarm, addCase, addFeedLine } from './rows.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await addAlarm(world.store, 'near');
  await addAlarm(world.store, 'far', { gridId: 'g2' });
  await addCase(world.store, 'case-near', 'near', 'worker');
  await addCase(world.store, 'case-far', 'far', 'stranger', 'g2');
  await addFeedLine(world.store, 'alarm', 'far', 'g2');
});
afterAll(() => world.close());

/** Routes that anybody may call, on purpose. All others need a permission or a device's credential. */
const publicRoutes = [
  'POST /api/v1/session',
  'GET /health/live',
  'GET /health/ready',
  // Asks by itself who is not on this machine.
  'GET /metrics',
  // The documentation page and its files.
  'GET /api/docs',
  'GET /api/docs/',
  'GET /api/docs/*',
  'GET /api/docs/json',
  'GET /api/docs/yaml',
  'GET /api/docs/static/*',
  'GET /api/docs/static/index.html',
  'GET /api/docs/static/swagger-initializer.js',
  // The console's files.
  'GET /*',
];

test('every route that is registered has a permission, is for devices, or is on the short public list', async () => {
  const routes = await registeredRoutes(world.context);
  expect(routes.length).toBeGreaterThan(45);
  for (const { method, url, may } of routes) {
    const name = `${method} ${url}`;
    if (may === 'public') expect(publicRoutes).toContain(name);
    else if (may === 'device') expect(name).toBe('POST /api/v1/frames');
    else expect(Object.keys(permissions), name).toContain(may);
  }
});

test('every route with a permission answers 401 without a session, and 403 to every role that lacks it', async () => {
  const staffOf = {
    'duty-officer': 'officer',
    'grid-worker': 'worker',
    integrator: 'integrator',
    administrator: 'admin',
    service: 'flow',
  };
  let refused = 0;
  for (const { method, url, may } of await registeredRoutes(world.context)) {
    if (may === 'public' || may === 'device') continue;
    const name = `${method} ${url}`;
    const path = url.replace(/:\w+/, 'x');
    const anonymous = await world.call(null, method, path);
    expect([anonymous.status, anonymous.body.code], name).toEqual([401, 'SIGN_IN_REQUIRED']);
    for (const role of roles) {
      if (allows(role, may as Permission)) continue;
      const { status, body } = await world.call(staffOf[role], method, path);
      expect([status, body.code], `${role}: ${name}`).toEqual([403, 'FORBIDDEN']);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(30);
});

test('a route that says nothing about who may call it stops the start', async () => {
  const api = createApi(world.context);
  api.get('/forgotten', async () => 'open to all');
  await expect(api.ready().then(() => 'ready')).rejects.toThrow('GET /forgotten');
});

test('a grid worker sees only what is in his areas and below', async () => {
  const ids = async (path: string) =>
    (await world.call('worker', 'GET', path)).body.map((one: { id: string }) => one.id).sort();
  expect(await ids('/alarms')).toEqual(['near']);
  expect(await ids('/cases')).toEqual(['case-near']);
  expect(await ids('/devices')).toEqual(['dev1']);
  // Asking for an area of someone else, or for all of the district, gives no more.
  expect(await ids('/alarms?grid=g2')).toEqual([]);
  expect(await ids('/alarms?grid=d')).toEqual(['near']);
  expect(await ids('/devices?grid=c2')).toEqual([]);
  expect((await world.call('worker', 'GET', '/summary')).body).toMatchObject({
    devices: 1,
    openCases: 1,
    unacknowledged: 1,
    grids: [{ gridId: 'g1', worst: 'yellow', alarms: 1 }],
  });
  expect((await world.call('officer', 'GET', '/summary')).body).toMatchObject({ devices: 2, openCases: 2 });
});

test.each([
  ['GET', '/alarms/far'],
  ['POST', '/alarms/far/acknowledge'],
  ['GET', '/cases/case-far'],
  ['POST', '/cases/case-far/accept'],
  ['POST', '/cases/case-far/handled'],
  ['POST', '/cases/case-far/note', { note: 'hello' }],
  ['POST', '/cases/case-far/verify', { pass: true }],
  ['GET', '/devices/dev2'],
  ['GET', '/devices/dev2/latest'],
  ['GET', '/devices/dev2/series?channel=level'],
])('to a grid worker what is outside his areas does not exist: %s %s', async (method, path, body = undefined) => {
  const { status, body: answer } = await world.call('worker', method, path, body);
  expect([status, answer.code]).toEqual([404, 'NOT_FOUND']);
  const elsewhere = await world.call('worker', method, path.replace(/(case-far|far|dev2)/, 'nowhere'), body);
  expect(elsewhere.body.message.replaceAll('nowhere', '')).toBe(answer.message.replaceAll(/case-far|far|dev2/g, ''));
});
