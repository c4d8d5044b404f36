import { expect, test } from 'vitest';
import { internalGridId } from '../../src/model/internal.ts';
import { addFeed } from '../../src/store/feed.ts';
import { insertAll } from '../../src/store/insert-all.ts';
import { tidyStore } from '../../src/store/tidy-store.ts';
import { tempStore } from './temp-store.ts';

const now = 1_772_323_200_000;
const dayMs = 86_400_000;

test('old lines of the feed go, the newest stay, and numbers go on', async () => {
  const { store } = await tempStore();
  const line = { kind: 'alarm' as const, ref: 'a', gridId: null, at: now };
  await addFeed(store, ...Array.from({ length: 20_010 }, () => line));
  await tidyStore(store, now);
  const seqs = (await store.selectFrom('feed').select('seq').orderBy('seq').execute()).map((row) => row.seq);
  expect([seqs[0], seqs.at(-1), seqs.length]).toEqual([11, 20_010, 20_000]);
  await tidyStore(store, now);
  await addFeed(store, line);
  expect(await store.selectFrom('feed').select('seq').where('seq', '=', 20_011).execute()).toHaveLength(1);
});

test('quarantine keeps the newest of each device, and nothing older than a month', async () => {
  const { store } = await tempStore();
  const frame = (deviceId: string | null, receivedAt: number) => ({
    partition: 0,
    offset: 0,
    deviceId,
    topic: '',
    via: 'mqtt',
    receivedAt,
    code: 'PAYLOAD_NOT_JSON',
    reason: '',
    size: 0,
    payload: Buffer.alloc(0),
  });
  await insertAll(store, 'quarantine', [
    ...Array.from({ length: 1_005 }, () => frame('noisy', now)),
    frame('quiet', now),
    frame('quiet', now - 31 * dayMs),
    frame(null, now),
  ]);
  await tidyStore(store, now);
  const left = await store.selectFrom('quarantine').select(['id', 'deviceId']).orderBy('id').execute();
  expect(left.filter((row) => row.deviceId === 'noisy').map((row) => row.id)).toEqual(
    Array.from({ length: 1_000 }, (_, i) => i + 6),
  );
  expect(left.filter((row) => row.deviceId !== 'noisy').map((row) => row.id)).toEqual([1_006, 1_008]);
});

test('notifications that are still waiting stay, however old', async () => {
  const { store } = await tempStore();
  const message = (id: string, state: 'waiting' | 'delivered', createdAt: number) => ({
    id,
    channel: 'webhook',
    target: 'w',
    bodyJson: '{}',
    createdAt,
    state,
    attempts: 0,
    nextAt: 0,
    deliveredAt: null,
    lastError: null,
  });
  await insertAll(store, 'outbox', [
    message('old and out', 'delivered', now - 31 * dayMs),
    message('new and out', 'delivered', now - dayMs),
    message('old and waiting', 'waiting', now - 31 * dayMs),
  ]);
  await tidyStore(store, now);
  const left = await store.selectFrom('outbox').select('id').orderBy('id').execute();
  expect(left.map((row) => row.id)).toEqual(['new and out', 'old and waiting']);
});

test("yesterday's canaries go with all that is theirs; alarms of the town stay, and a canary that is still active", async () => {
  const { store } = await tempStore();
  const alarm = (id: string, gridId: string, raisedReceivedAt: number, active = 0) => ({
    id,
    ruleId: 'r',
    deviceId: 'd',
    gridId,
    severity: 'red' as const,
    peakSeverity: 'red' as const,
    active,
    raisedAt: raisedReceivedAt,
    raisedReceivedAt,
    clearedAt: null,
    count: 1,
    lastAt: raisedReceivedAt,
    valuesJson: '{}',
    acknowledgedAt: null,
    acknowledgedBy: null,
    correction: null,
    correctedBy: null,
  });
  const old = now - 2 * dayMs;
  const alarms = [
    alarm('town', 'g', old),
    alarm('old', internalGridId, old),
    alarm('active', internalGridId, old, 1),
    alarm('new', internalGridId, now),
  ];
  await insertAll(store, 'alarm', alarms);
  const change = { kind: 'raised' as const, severity: 'red' as const, at: old, recordedAt: old };
  const rest = { byPersonId: null, note: null, valuesJson: null, replayId: null, correctionJson: null };
  await insertAll(
    store,
    'alarmChange',
    alarms.map(({ id }) => ({ alarmId: id, ...change, ...rest })),
  );
  await tidyStore(store, now);
  const left = await store.selectFrom('alarm').select('id').orderBy('id').execute();
  expect(left.map(({ id }) => id)).toEqual(['active', 'new', 'town']);
  const changes = await store.selectFrom('alarmChange').select('alarmId').orderBy('alarmId').execute();
  expect(changes.map(({ alarmId }) => alarmId)).toEqual(['active', 'new', 'town']);
});
