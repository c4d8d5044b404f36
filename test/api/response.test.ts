import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAlarm, addCase } from './rows.ts';
import { openWorld, start, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

test('alarms are listed newest first, with names, and filtered', async () => {
  await addAlarm(world.store, 'old', { raisedAt: start - 10_000, severity: 'red', peakSeverity: 'red' });
  await addAlarm(world.store, 'new', { raisedAt: start });
  await addAlarm(world.store, 'over', { raisedAt: start - 5000, active: 0, clearedAt: start, gridId: 'g2' });
  await addAlarm(world.store, 'gone', { ruleId: 'toaster/burnt', deviceId: 'taken-away', raisedAt: start - 20_000 });
  await addCase(world.store, 'k1', 'new', 'worker');
  const ids = async (query: string) =>
    (await world.call('officer', 'GET', `/alarms${query}`)).body.map((alarm: { id: string }) => alarm.id);

  expect(await ids('')).toEqual(['new', 'over', 'old', 'gone']);
  expect(await ids('?active=true')).toEqual(['new', 'old', 'gone']);
  expect(await ids('?active=false')).toEqual(['over']);
  expect(await ids('?severity=red,orange')).toEqual(['old']);
  expect(await ids('?grid=c2')).toEqual(['over']);
  expect(await ids('?device=dev1')).toEqual(['new', 'old']);
  expect(await ids('?type=flood-gauge')).toEqual(['new', 'over', 'old']);
  expect(await ids('?type=flood')).toEqual([]);
  expect(await ids(`?before=${start - 5000}`)).toEqual(['old', 'gone']);
  expect((await world.call('officer', 'GET', '/alarms?severity=pink')).body.message).toContain('query.severity');

  const [first, , , last] = (await world.call('officer', 'GET', '/alarms')).body;
  expect(first).toMatchObject({
    ruleName: { zh: '积水', en: 'Waterlogging' },
    deviceName: 'Gauge dev1',
    deviceType: 'flood-gauge',
    state: 'unacknowledged',
    active: true,
    values: { level: 17 },
    caseId: 'k1',
    assignee: { id: 'worker', name: 'Name of worker' },
    acknowledgedBy: null,
  });
  // A rule or a device that is no more still has its alarms.
  expect(last).toMatchObject({ ruleName: { en: 'toaster/burnt' }, deviceName: 'taken-away', deviceType: 'toaster' });
});

test('going through pages misses no alarm, though many began at one moment', async () => {
  for (let i = 0; i < 7; i++) await addAlarm(world.store, `storm${i}`, { raisedAt: start });
  await addAlarm(world.store, 'before', { raisedAt: start - 1 });
  const first = (await world.call('officer', 'GET', '/alarms?limit=3')).body;
  const second = (await world.call('officer', 'GET', `/alarms?limit=3&before=${first.at(-1).raisedAt}`)).body;
  expect(first).toHaveLength(7);
  expect([...first, ...second].map((alarm) => alarm.id).sort()).toEqual(
    ['before', ...Array.from({ length: 7 }, (_, i) => `storm${i}`)].sort(),
  );
});

test('acknowledging is a named person and accepts the case', async () => {
  await addAlarm(world.store, 'a1');
  await addCase(world.store, 'k1', 'a1', 'worker');
  world.clock.at = start + 60_000;
  const { status, body } = await world.call('worker', 'POST', '/alarms/a1/acknowledge', { note: '马上到' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: 'acknowledged',
    acknowledgedAt: start + 60_000,
    acknowledgedBy: { id: 'worker', name: 'Name of worker' },
    rule: { id: 'flood-gauge/waterlogging', advice: { zh: '封路' } },
    device: { id: 'dev1', worst: 'yellow' },
    case: { id: 'k1', status: 'accepted', handler: { id: 'worker' }, acceptDueAt: null },
  });
  expect(body.changes.map((change: { kind: string }) => change.kind)).toEqual(['raised', 'acknowledged']);
  expect(body.changes[1]).toMatchObject({ by: { id: 'worker' }, note: '马上到' });

  // Again by the same person: the same. By someone else: who was first is said.
  expect((await world.call('worker', 'POST', '/alarms/a1/acknowledge')).status).toBe(200);
  const second = await world.call('officer', 'POST', '/alarms/a1/acknowledge');
  expect([second.status, second.body.code]).toEqual([409, 'CONFLICT']);
  expect(second.body.message).toContain('Name of worker');
  expect((await world.call('flow', 'POST', '/alarms/a1/acknowledge')).status).toBe(403);
});

test('an alarm without a case is acknowledged too', async () => {
  await addAlarm(world.store, 'bare');
  const { body } = await world.call('officer', 'POST', '/alarms/bare/acknowledge');
  expect(body).toMatchObject({ state: 'acknowledged', case: null });
  const rows = await world.store.selectFrom('audit').selectAll().execute();
  expect(rows).toMatchObject([{ personId: 'officer', action: 'alarm.acknowledged', subject: 'alarm/bare' }]);
});

test('a case goes through its life; the handler never closes it', async () => {
  await addAlarm(world.store, 'a1');
  await addCase(world.store, 'k1', 'a1', 'worker');
  expect((await world.call('worker', 'GET', '/cases/k1')).body).toMatchObject({
    status: 'dispatched',
    acceptDueAt: start + 120_000,
    assignee: { id: 'worker', name: 'Name of worker' },
    alarm: { id: 'a1' },
    steps: [{ kind: 'dispatched', by: null, to: { id: 'worker' } }],
  });
  const post = (who: string, what: string, body?: object) => world.call(who, 'POST', `/cases/k1/${what}`, body);

  expect((await post('worker', 'handled')).body.code).toBe('CONFLICT');
  expect((await post('worker', 'accept')).body).toMatchObject({ status: 'accepted', alarm: { state: 'acknowledged' } });
  expect((await post('worker', 'note', {})).body.code).toBe('REQUEST_INVALID');
  expect((await post('worker', 'note', { note: '现场积水 20 cm' })).status).toBe(200);
  expect((await post('worker', 'handled', { note: '已抽排' })).body).toMatchObject({ status: 'handled' });
  expect((await post('worker', 'verify', { pass: true })).body.code).toBe('FORBIDDEN');
  expect((await post('colleague', 'verify', { pass: false, note: '还有水' })).body).toMatchObject({
    status: 'accepted',
  });
  expect((await post('worker', 'handled')).body).toMatchObject({ status: 'handled' });
  const closed = (await post('colleague', 'verify', { pass: true })).body;
  expect(closed).toMatchObject({ status: 'closed', handler: { id: 'worker' }, closedAt: start });
  expect(closed.steps.map((step: { kind: string }) => step.kind)).toEqual([
    ...['dispatched', 'accepted', 'noted', 'handled', 'sent-back', 'handled', 'closed'],
  ]);
});

test('cases are listed newest first and filtered', async () => {
  for (const id of ['a1', 'a2', 'a3']) await addAlarm(world.store, id, id === 'a3' ? { gridId: 'g2' } : {});
  await addCase(world.store, 'k1', 'a1', 'worker');
  await addCase(world.store, 'k2', 'a2', 'colleague');
  await addCase(world.store, 'k3', 'a3', 'stranger', 'g2');
  await world.call('colleague', 'POST', '/cases/k2/accept');
  const ids = async (who: string, query: string) =>
    (await world.call(who, 'GET', `/cases${query}`)).body.map((one: { id: string }) => one.id);
  expect(await ids('officer', '')).toEqual(['k3', 'k2', 'k1']);
  expect(await ids('officer', '?status=dispatched')).toEqual(['k3', 'k1']);
  expect(await ids('officer', '?status=dispatched,accepted&grid=g1')).toEqual(['k2', 'k1']);
  expect(await ids('worker', '?mine=true')).toEqual(['k1']);
  expect(await ids('officer', `?before=${start}`)).toEqual([]);
});

test('notices are one person’s own, and are read once', async () => {
  await addAlarm(world.store, 'a1');
  await addCase(world.store, 'k1', 'a1', 'worker');
  const notice = { caseId: 'k1', alarmId: 'a1', reason: 'dispatched' as const, at: start, readAt: null };
  await world.store
    .insertInto('notice')
    .values({ ...notice, id: 'k1/dispatched/1/worker', personId: 'worker' })
    .execute();
  await world.store
    .insertInto('notice')
    .values({ ...notice, id: 'k1/dispatched/1/officer', personId: 'officer' })
    .execute();

  const { body } = await world.call('worker', 'GET', '/notices');
  expect(body).toEqual([{ seq: 1, ...notice }]);
  world.clock.at = start + 1000;
  expect((await world.call('worker', 'POST', '/notices/1/read')).body.readAt).toBe(start + 1000);
  world.clock.at = start + 2000;
  expect((await world.call('worker', 'POST', '/notices/1/read')).body.readAt).toBe(start + 1000);
  expect((await world.call('worker', 'GET', '/notices?unread=true')).body).toEqual([]);
  expect((await world.call('worker', 'POST', '/notices/2/read')).status).toBe(404);
  expect((await world.call('officer', 'GET', '/notices?unread=true')).body).toHaveLength(1);
});

test('frames in quarantine are listed, and one is shown with its payload', async () => {
  const payload = Buffer.from('{"level": "deep"}');
  const frame = {
    partition: 0,
    topic: 'tocsin/v1/dev1/up',
    via: 'mqtt',
    receivedAt: start,
    size: payload.length,
    payload,
  };
  for (const [offset, code, deviceId] of [
    [1, 'VALUE_TYPE', 'dev1'],
    [2, 'PAYLOAD_NOT_JSON', 'dev2'],
    [3, 'CREDENTIAL_INVALID', null],
  ] as const) {
    await world.store
      .insertInto('quarantine')
      .values({ ...frame, offset, code, deviceId, reason: 'because' })
      .execute();
  }
  const codes = async (query: string) =>
    (await world.call('integrator', 'GET', `/quarantine${query}`)).body.map((one: { code: string }) => one.code);
  expect(await codes('')).toEqual(['CREDENTIAL_INVALID', 'PAYLOAD_NOT_JSON', 'VALUE_TYPE']);
  expect(await codes('?device=dev1')).toEqual(['VALUE_TYPE']);
  expect(await codes('?code=PAYLOAD_NOT_JSON')).toEqual(['PAYLOAD_NOT_JSON']);
  expect(await codes('?before=2')).toEqual(['VALUE_TYPE']);
  const { body } = await world.call('integrator', 'GET', '/quarantine/1');
  expect(body).toMatchObject({ code: 'VALUE_TYPE', reason: 'because', size: payload.length });
  expect(Buffer.from(body.payload, 'base64').toString()).toBe('{"level": "deep"}');
  expect((await world.call('integrator', 'GET', '/quarantine/99')).status).toBe(404);
  expect((await world.call('officer', 'GET', '/quarantine')).status).toBe(403);
});
