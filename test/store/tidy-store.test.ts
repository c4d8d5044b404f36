import { expect, test } from 'vitest';
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
