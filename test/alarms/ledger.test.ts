import { expect, test } from 'vitest';
import { acknowledgeAlarm } from '../../src/alarms/acknowledge.ts';
import { recordEffects } from '../../src/alarms/ledger.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { Store } from '../../src/store/open.ts';
import { tempStore } from '../store/temp-store.ts';

const device: Device = {
  id: 'gauge-1',
  type: 'flood-gauge',
  name: '地道桥',
  latitude: 30,
  longitude: 120,
  gridId: 'grid-1',
  state: 'active',
};
const deviceById = (id: string) => (id === device.id ? device : undefined);

function raised(alarmId: string, at: number): AlarmEffect {
  return {
    kind: 'raised',
    alarmId,
    ruleId: 'flood-gauge/waterlogging',
    deviceId: 'gauge-1',
    severity: 'yellow',
    at,
    receivedAt: at + 1,
    values: { level: 16 },
  };
}
const severity = (alarmId: string, at: number, to: 'yellow' | 'red'): AlarmEffect => ({
  kind: 'severity',
  alarmId,
  severity: to,
  at,
  receivedAt: at + 1,
  values: { level: 28 },
});
const continued = (alarmId: string, at: number, count: number): AlarmEffect => ({
  kind: 'continued',
  alarmId,
  count,
  at,
  receivedAt: at + 1,
  values: { level: count },
});
const cleared = (alarmId: string, at: number): AlarmEffect => ({
  kind: 'cleared',
  alarmId,
  at,
  receivedAt: at + 1,
  values: { level: 2 },
});

const record = (store: Store, effects: AlarmEffect[]) =>
  store.transaction().execute((tx) => recordEffects(tx, effects, { deviceById, callWithinMs: 900_000 }));
const alarm = (store: Store, id: string) =>
  store.selectFrom('alarm').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const feed = (store: Store) => store.selectFrom('feed').select(['ref', 'gridId', 'at']).orderBy('seq').execute();
const kinds = async (store: Store) =>
  (await store.selectFrom('alarmChange').select('kind').orderBy('seq').execute()).map((change) => change.kind);

const episode = [
  raised('a', 1000),
  severity('a', 2000, 'red'),
  continued('a', 3000, 2),
  severity('a', 4000, 'yellow'),
  cleared('a', 5000),
];

test('an episode in one call: every change in the ledger, the transitions in order, one line of the feed', async () => {
  const { store } = await tempStore();
  const transitions = await record(store, episode);
  expect(transitions.map(({ kind, before, alarm: at }) => [kind, before, at.severity, at.active])).toEqual([
    ['raised', null, 'yellow', 1],
    ['severity', 'yellow', 'red', 1],
    ['severity', 'red', 'yellow', 1],
    ['cleared', 'yellow', 'yellow', 0],
  ]);
  expect(await alarm(store, 'a')).toMatchObject({
    gridId: 'grid-1',
    severity: 'yellow',
    peakSeverity: 'red',
    active: 0,
    raisedAt: 1000,
    raisedReceivedAt: 1001,
    clearedAt: 5000,
    count: 2,
    lastAt: 5000,
    valuesJson: '{"level":2}',
  });
  expect(await kinds(store)).toEqual(['raised', 'severity', 'severity', 'cleared']);
  expect(await feed(store)).toEqual([{ ref: 'a', gridId: 'grid-1', at: 5001 }]);
});

test('the same episode one effect at a time leaves the same ledger', async () => {
  const { store } = await tempStore();
  const other = (await tempStore()).store;
  for (const effect of episode) await record(store, [effect]);
  await record(other, episode);
  expect(await alarm(store, 'a')).toEqual(await alarm(other, 'a'));
  expect(await store.selectFrom('alarmChange').selectAll().execute()).toEqual(
    await other.selectFrom('alarmChange').selectAll().execute(),
  );
});

test.each([1, 2, 3, 4, 5])('taking the first %i effects of an episode again changes nothing', async (length) => {
  const { store } = await tempStore();
  await record(store, episode.slice(0, length));
  const before = await alarm(store, 'a');
  for (const effect of episode.slice(0, length)) {
    expect(await record(store, [effect])).toEqual([]);
  }
  expect(await alarm(store, 'a')).toEqual(before);
  expect(await kinds(store)).toHaveLength(episode.slice(0, length).filter(({ kind }) => kind !== 'continued').length);
  expect(await feed(store)).toHaveLength(1);
});

test('an alarm that goes on with every sample is told to consoles once in ten seconds', async () => {
  const { store } = await tempStore();
  await record(store, [raised('a', 0)]);
  for (let second = 1; second < 60; second += 1) await record(store, [continued('a', second * 1000, second + 1)]);
  expect(await alarm(store, 'a')).toMatchObject({ count: 60, lastAt: 59_000, valuesJson: '{"level":60}' });
  expect(await feed(store)).toHaveLength(6);
});

test('hundreds of alarms in one call', async () => {
  const { store } = await tempStore();
  const ids = Array.from({ length: 1200 }, (_, i) => `a${i}`);
  await record(
    store,
    ids.map((id) => raised(id, 1)),
  );
  const transitions = await record(
    store,
    ids.map((id) => cleared(id, 2)),
  );
  expect(transitions).toHaveLength(1200);
  const { active } = await store
    .selectFrom('alarm')
    .select((e) => e.fn.sum<number>('active').as('active'))
    .executeTakeFirstOrThrow();
  expect(active).toBe(0);
});

test('an alarm of a device that was taken away is kept', async () => {
  const { store } = await tempStore();
  await record(store, [{ ...raised('a', 1), deviceId: 'gone' } as AlarmEffect]);
  expect(await alarm(store, 'a')).toMatchObject({ deviceId: 'gone', gridId: '', active: 1 });
});

async function withPeople(store: Store) {
  for (const id of ['wang', 'li']) {
    await store
      .insertInto('person')
      .values({ id, login: id, name: id, role: 'grid-worker', passwordHash: '', active: 1 })
      .execute();
  }
}

test('the first to acknowledge counts; the rules then leave it as it is', async () => {
  const { store } = await tempStore();
  await withPeople(store);
  await record(store, [raised('a', 1)]);
  await acknowledgeAlarm(store, { alarmId: 'a', personId: 'wang', at: 50, note: null });
  const second = await acknowledgeAlarm(store, { alarmId: 'a', personId: 'li', at: 60, note: null });
  expect(second).toMatchObject({ acknowledgedBy: 'wang', acknowledgedAt: 50 });
  await record(store, [severity('a', 70, 'red')]);
  expect(await alarm(store, 'a')).toMatchObject({ acknowledgedBy: 'wang', severity: 'red' });
  expect(await kinds(store)).toEqual(['raised', 'acknowledged', 'severity']);
});

test('a late click on a cleared alarm is kept and does not open it again', async () => {
  const { store } = await tempStore();
  await withPeople(store);
  await record(store, [raised('a', 1), cleared('a', 2)]);
  await acknowledgeAlarm(store, { alarmId: 'a', personId: 'wang', at: 50, note: '已到现场' });
  expect(await alarm(store, 'a')).toMatchObject({ active: 0, clearedAt: 2, acknowledgedBy: 'wang' });
});

test('acknowledging what is not there says so', async () => {
  const { store } = await tempStore();
  await expect(acknowledgeAlarm(store, { alarmId: 'x', personId: 'wang', at: 1, note: null })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a call for help is passed on however old it is, and though its device says that the button was let go of', async () => {
  const { store } = await tempStore();
  const receivedAt = 40 * 60_000;
  const old = (alarmId: string): AlarmEffect[] => [
    { ...raised(alarmId, 0), receivedAt },
    { ...cleared(alarmId, 600_000), receivedAt },
  ];
  const kinds = async (effects: AlarmEffect[]) => (await record(store, effects)).map(({ kind }) => kind);
  const [begin, end] = old('help');
  expect(await kinds([{ ...(begin as Extract<AlarmEffect, { kind: 'raised' }>), lifeSafety: true }, end!])).toEqual([
    'raised',
    'cleared',
  ]);
  expect(await kinds(old('water'))).toEqual(['cleared']);
});
