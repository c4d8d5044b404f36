import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAlarm, addCase } from './rows.ts';
import { areas, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('people are added, listed, changed', async () => {
  const person = {
    login: 'li.na',
    name: '李娜',
    role: 'grid-worker',
    password: 'a long password',
    areaIds: ['g1', 'c2'],
  };
  const { status, body } = await world.call('admin', 'POST', '/people', person);
  expect(status).toBe(201);
  expect(body).toMatchObject({ login: 'li.na', areaIds: ['c2', 'g1'], active: true });
  expect(JSON.stringify(body)).not.toMatch(/password|scrypt/i);

  const signedIn = await world.call(null, 'POST', '/session', { login: 'li.na', password: person.password });
  expect(signedIn.status).toBe(200);
  const hers = { authorization: `Bearer ${signedIn.body.token}` };

  const changed = await world.call('admin', 'PATCH', `/people/${body.id}`, { areaIds: ['g2'], name: '李娜娜' });
  expect(changed.body).toMatchObject({ name: '李娜娜', areaIds: ['g2'] });
  // What someone may see is asked anew: she signs in again.
  expect((await world.call(null, 'GET', '/session', undefined, hers)).status).toBe(401);
  expect((await world.call('officer', 'GET', '/people')).body).toContainEqual(changed.body);
  expect((await world.call('officer', 'GET', `/people/${body.id}`)).body).toEqual(changed.body);
});

test('what is wrong with a person is said', async () => {
  const add = (changes: object) =>
    world.call('admin', 'POST', '/people', {
      ...{ login: 'somebody', name: 'Some Body', role: 'service', password: 'a long password' },
      ...changes,
    });
  expect((await add({ login: 'worker' })).body).toMatchObject({ code: 'CONFLICT' });
  expect((await add({ password: 'short' })).body).toMatchObject({ message: expect.stringContaining('body.password') });
  expect((await add({ role: 'king' })).body).toMatchObject({ message: expect.stringContaining('duty-officer') });
  expect((await add({ areaIds: ['atlantis'] })).body).toMatchObject({ message: expect.stringContaining('atlantis') });
  const logins = (await world.call('admin', 'GET', '/people')).body.map((one: { login: string }) => one.login);
  expect(logins).not.toContain('somebody');
});

test('the last administrator stays', async () => {
  for (const patch of [{ active: false }, { role: 'integrator' }]) {
    const { status, body } = await world.call('admin', 'PATCH', '/people/admin', patch);
    expect([status, body.code]).toEqual([409, 'CONFLICT']);
  }
  expect((await world.call('admin', 'GET', '/people/admin')).body).toMatchObject({
    role: 'administrator',
    active: true,
  });
});

test('someone who is set inactive is out at once, and his cases wait for others', async () => {
  await addAlarm(world.store, 'a', { gridId: 'g2' });
  await addCase(world.store, 'case-a', 'a', 'stranger', 'g2');
  expect((await world.call('stranger', 'POST', '/cases/case-a/accept', {})).status).toBe(200);
  await world.call('admin', 'PATCH', '/people/stranger', { active: false });
  expect((await world.call('stranger', 'GET', '/session')).status).toBe(401);
  const { body } = await world.call('officer', 'GET', '/cases/case-a');
  expect(body).toMatchObject({ status: 'dispatched', handler: null, acceptDueAt: expect.any(Number) });
});

test('areas are added and changed together, in any order', async () => {
  const polygon = areas[0]!.polygon;
  const grid = { id: 'g9', tier: 'grid', parentId: 'c9', name: { zh: '九号', en: 'Nine' }, polygon };
  const community = { id: 'c9', tier: 'community', parentId: 's', name: { zh: '九', en: 'C9' }, polygon };
  world.calls.length = 0;
  const { status, body } = await world.call('admin', 'PUT', '/areas', [grid, community]);
  expect(status).toBe(200);
  expect(body).toHaveLength(areas.length + 2);
  expect(body).toContainEqual(grid);
  expect(world.calls).toEqual(['engine.areasChanged']);
  const renamed = { ...grid, name: { zh: '拾号', en: 'Ten' } };
  await world.call('admin', 'PUT', '/areas', [renamed]);
  expect((await world.call('worker', 'GET', '/areas')).body).toContainEqual(renamed);
});

test('areas that do not fit together change nothing', async () => {
  const polygon = areas[0]!.polygon;
  const area = { id: 'bad', tier: 'grid', parentId: 'c1', name: { zh: '坏', en: 'Bad' }, polygon };
  const refused = async (changes: object) =>
    (await world.call('admin', 'PUT', '/areas', [{ ...area, ...changes }])).body;
  expect(await refused({ parentId: 's' })).toMatchObject({
    message: 'bad is a grid, so its parentId must name a community.',
  });
  expect(await refused({ parentId: 'nowhere' })).toMatchObject({ code: 'REQUEST_INVALID' });
  expect(await refused({ tier: 'district' })).toMatchObject({ message: expect.stringContaining('must be null') });
  expect(
    await refused({
      polygon: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
    }),
  ).toMatchObject({
    message: expect.stringContaining('closed'),
  });
  expect(await refused({ polygon: { type: 'Point', coordinates: [0, 0] } })).toMatchObject({ code: 'REQUEST_INVALID' });
  const ids = (await world.call('admin', 'GET', '/areas')).body.map((one: { id: string }) => one.id);
  expect(ids).not.toContain('bad');
});

test('the duty plan is replaced as a whole, or not at all', async () => {
  const duty = { id: 'd1', areaId: 'g1', personId: 'worker', days: '12345', fromMinute: 480, toMinute: 1080 };
  const night = { ...duty, id: 'd2', fromMinute: 1080, toMinute: 480 };
  expect((await world.call('officer', 'PUT', '/duty', [duty, night])).body).toEqual([duty, night]);
  expect((await world.call('worker', 'GET', '/duty')).body).toEqual([duty, night]);
  for (const wrong of [{ personId: 'nobody' }, { areaId: 'nowhere' }, { days: '8' }, { toMinute: 1441 }]) {
    const { body } = await world.call('officer', 'PUT', '/duty', [{ ...duty, ...wrong }]);
    expect(body.code).toBe('REQUEST_INVALID');
  }
  expect((await world.call('officer', 'PUT', '/duty', [duty, duty])).status).toBe(400);
  expect((await world.call('worker', 'GET', '/duty')).body).toEqual([duty, night]);
});

test('a grid worker has duty only where he sees the cases', async () => {
  const duty = { id: 'd1', areaId: 'g1', personId: 'colleague', days: '12345', fromMinute: 480, toMinute: 1080 };
  const elsewhere = await world.call('officer', 'PUT', '/duty', [{ ...duty, areaId: 'g2' }]);
  expect([elsewhere.status, elsewhere.body.code]).toEqual([409, 'CONFLICT']);
  expect(elsewhere.body.message).toContain('g2');
  expect((await world.call('officer', 'PUT', '/duty', [duty])).status).toBe(200);
  // Nor are his areas taken from under his duty.
  expect((await world.call('admin', 'PATCH', '/people/colleague', { areaIds: ['g2'] })).status).toBe(409);
  expect((await world.call('admin', 'PATCH', '/people/colleague', { areaIds: ['c1'] })).status).toBe(200);
});

test('webhooks are added, changed, taken away, and never show their secret', async () => {
  const secret = 'sixteen letters or more';
  const { status, body } = await world.call('integrator', 'POST', '/webhooks', {
    url: 'https://hook.example/k3y',
    secret,
  });
  expect(status).toBe(201);
  expect(body).toEqual({ id: expect.any(String), url: 'https://hook.example/k3y', minSeverity: 'blue' });
  const changed = await world.call('integrator', 'PATCH', `/webhooks/${body.id}`, { minSeverity: 'red' });
  expect(changed.body).toMatchObject({ minSeverity: 'red', url: body.url });
  const row = await world.store.selectFrom('webhook').selectAll().executeTakeFirstOrThrow();
  expect(row.secret).toBe(secret);
  expect((await world.call('admin', 'GET', '/webhooks')).body).toEqual([changed.body]);
  expect((await world.call('admin', 'DELETE', `/webhooks/${body.id}`)).status).toBe(204);
  expect((await world.call('admin', 'DELETE', `/webhooks/${body.id}`)).status).toBe(404);
  expect((await world.call('admin', 'POST', '/webhooks', { url: 'file:///etc/passwd' })).status).toBe(400);
  const audit = JSON.stringify(await world.store.selectFrom('audit').selectAll().execute());
  expect(audit).toContain('https://hook.example');
  expect(audit).not.toContain(secret);
  expect(audit).not.toContain('k3y');
});

test('types of devices are listed with channels and rules', async () => {
  const { body } = await world.call('worker', 'GET', '/device-types');
  expect(body).toMatchObject([{ id: 'flood-gauge', channels: [{ name: 'level' }, { name: 'battery' }] }]);
  expect(body[0].rules[0]).toMatchObject({ id: 'flood-gauge/waterlogging', levels: [{ when: 'level > 15 cm' }, {}] });
  expect((await world.call('worker', 'GET', '/device-types/flood-gauge')).body).toEqual(body[0]);
  expect((await world.call('worker', 'GET', '/device-types/toaster')).body.code).toBe('DEVICE_TYPE_UNKNOWN');
});
