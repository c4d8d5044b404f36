import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Replay } from '../../src/api/contract.ts';
import { addQuarantineCounts } from '../../src/store/quarantine-counts.ts';
import { openWorld } from './world.ts';

let world: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('a replay is asked for by who may, about a device or a type that is there, and found again by its number', async () => {
  const ask = (who: string, body: object) => world.call(who, 'POST', '/replays', body);
  const [device] = (await world.call('admin', 'GET', '/devices')).body as { id: string; type: string }[];
  expect((await ask('officer', { from: 1, deviceId: device!.id })).status).toBe(403);
  expect((await ask('worker', { from: 1, deviceId: device!.id })).status).toBe(403);
  expect((await ask('integrator', { from: 1 })).body.code).toBe('REQUEST_INVALID');
  expect((await ask('integrator', { from: 1, deviceId: device!.id, deviceType: device!.type })).status).toBe(400);
  expect((await ask('integrator', { from: 1, deviceId: 'nobody' })).status).toBe(404);
  expect((await ask('integrator', { from: 9_999_999_999_999, deviceId: device!.id })).status).toBe(400);

  const misspelt = await ask('integrator', { from: 1, deviceId: device!.id, dryrun: true });
  expect([misspelt.status, misspelt.body.message]).toEqual([
    400,
    'body.dryrun: is not known here; known are from, deviceId, deviceType, dryRun',
  ]);

  const asked = await ask('integrator', { from: 1, deviceId: device!.id, dryRun: true });
  expect(asked.status).toBe(202);
  const replay = asked.body as Replay;
  expect(replay).toMatchObject({ deviceId: device!.id, dryRun: true, state: 'waiting', judged: null });
  expect(replay.by?.id).toBe('integrator');
  expect((await world.call('integrator', 'GET', `/replays/${replay.id}`)).body).toEqual(replay);
  expect((await world.call('integrator', 'GET', '/replays/999')).status).toBe(404);
  const audit = world.store.selectFrom('audit').selectAll().where('subject', '=', `replay/${replay.id}`);
  expect(await audit.execute()).toMatchObject([{ action: 'replay.requested', personId: 'integrator' }]);
});

test('of many that wait another is refused', async () => {
  const [device] = (await world.call('admin', 'GET', '/devices')).body as { id: string }[];
  const answers: number[] = [];
  for (let i = 0; i < 21; i++)
    answers.push((await world.call('admin', 'POST', '/replays', { from: 1, deviceId: device!.id })).status);
  expect(answers[0]).toBe(202);
  expect(answers.at(-1)).toBe(409);
});

test('quarantine is counted by device and reason over all that ever came, also beyond what is kept', async () => {
  const count = { deviceId: 'g1-gauge', code: 'VALUE_TYPE', count: 30, firstAt: 10, lastAt: 20, reason: 'No number.' };
  await world.store.transaction().execute((tx) => addQuarantineCounts(tx, [count]));
  const more = { ...count, count: 12, firstAt: 30, lastAt: 40, reason: 'No number either.' };
  const nobody = { ...count, deviceId: '', code: 'CREDENTIAL_INVALID', count: 1, lastAt: 5 };
  await world.store.transaction().execute((tx) => addQuarantineCounts(tx, [more, nobody]));
  const { body } = await world.call('integrator', 'GET', '/quarantine/counts');
  expect(body).toMatchObject([
    { deviceId: 'g1-gauge', code: 'VALUE_TYPE', count: 42, firstAt: 10, lastAt: 40, reason: 'No number either.' },
    { deviceId: null, code: 'CREDENTIAL_INVALID', count: 1 },
  ]);
  expect((await world.call('integrator', 'GET', '/quarantine/counts?device=other')).body).toEqual([]);
  expect((await world.call('officer', 'GET', '/quarantine/counts')).status).toBe(403);
});
