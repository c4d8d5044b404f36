import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import type { Alarm, AlarmDetail, Notice } from '../../src/api/contract.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

/** Signs someone in and gives what calls the API as him. */
async function as(tocsin: TocsinProcess, login: string) {
  const answer = await fetch(`${tocsin.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: 'a long password' }),
  });
  const { token } = (await answer.json()) as { token: string };
  return async <T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${tocsin.url}/api/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json().catch(() => null)) as T };
  };
}

test('an alarm goes to who is on duty, climbs when nobody answers, also across kill -9, is acknowledged, ends, and is verified by a second person', async () => {
  const tocsin = await TocsinProcess.start({ TOCSIN_RESPONSE_ACCEPT_RED: '4 s' });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  const person = async (login: string, role: string, areaIds: string[]) =>
    (
      await tocsin.call<{ id: string }>('POST', '/people', {
        login,
        name: login,
        role,
        password: 'a long password',
        areaIds,
      })
    ).id;
  const worker = await person('worker', 'grid-worker', ['grid']);
  const lead = await person('lead', 'duty-officer', ['community']);
  const everyDay = { days: '1234567', fromMinute: 0, toMinute: 1440 };
  await tocsin.call('PUT', '/duty', [
    { id: 'a', areaId: 'grid', personId: worker, ...everyDay },
    { id: 'b', areaId: 'community', personId: lead, ...everyDay },
  ]);
  const [cover] = await tocsin.makeDevices('manhole-cover', 1);
  const client = mqtt.connect(`mqtt://127.0.0.1:${tocsin.mqttPort}`, { username: cover!.id, password: cover!.secret });
  client.on('error', () => {});
  onTestFinished(() => client.endAsync(true));
  const report = (at: number, open: boolean) =>
    client.publishAsync(`tocsin/v1/${cover!.id}/up`, JSON.stringify({ time: at, open }), { qos: 1 });

  const began = Date.now() - 600_000;
  await report(began, true);
  const workerCalls = await as(tocsin, 'worker');
  const alarms = async () => (await workerCalls<Alarm[]>('GET', '/alarms?active=true')).body;
  await expect
    .poll(alarms, { timeout: 5_000 })
    .toMatchObject([{ ruleId: 'manhole-cover/cover-open', severity: 'red', assignee: { name: 'worker' } }]);
  expect((await workerCalls<Notice[]>('GET', '/notices')).body).toMatchObject([{ reason: 'dispatched' }]);

  // The limit runs while nothing is running.
  await tocsin.kill();
  await tocsin.run();
  const leadCalls = await as(tocsin, 'lead');
  await expect
    .poll(async () => (await leadCalls<Alarm[]>('GET', '/alarms?active=true')).body[0]?.assignee?.name, {
      timeout: 10_000,
    })
    .toBe('lead');
  const [alarm] = await alarms();

  expect((await leadCalls('POST', `/alarms/${alarm!.id}/acknowledge`, { note: 'on my way' })).status).toBe(200);
  expect((await alarms())[0]).toMatchObject({ state: 'acknowledged', acknowledgedBy: { name: 'lead' } });

  await report(began + 60_000, false);
  await report(began + 130_000, false);
  const detail = async () => (await workerCalls<AlarmDetail>('GET', `/alarms/${alarm!.id}`)).body;
  await expect.poll(async () => (await detail()).state, { timeout: 5_000 }).toBe('normal');
  expect((await detail()).clearedAt).toBe(began + 130_000);

  const { caseId } = alarm!;
  expect((await leadCalls('POST', `/cases/${caseId}/handled`, { note: 'cover put back' })).status).toBe(200);
  expect((await leadCalls('POST', `/cases/${caseId}/verify`, { pass: true })).status).toBe(403);
  expect((await workerCalls('POST', `/cases/${caseId}/verify`, { pass: true, note: 'seen' })).status).toBe(200);

  const story = await detail();
  expect(story.case?.status).toBe('closed');
  expect(story.case?.steps.map((step) => [step.kind, step.by?.name ?? null, step.to?.name ?? null])).toEqual([
    ['opened', null, null],
    ['dispatched', null, 'worker'],
    ['escalated', null, 'lead'],
    ['accepted', 'lead', null],
    ['recovered', null, null],
    ['handled', 'lead', null],
    ['closed', 'worker', null],
  ]);
  expect(story.changes.map((change) => change.kind)).toEqual(['raised', 'acknowledged', 'cleared']);
}, 240_000);
