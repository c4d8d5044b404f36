import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { verifyAudit } from '../../src/store/audit.ts';
import { getCheckpoint, setCheckpoint } from '../../src/store/checkpoint.ts';
import { addFeed, feedEnd, readFeed } from '../../src/store/feed.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { tempStore } from './temp-store.ts';

test('threads that open a new file and write at the same moment lose nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-store-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'deeper', 'tocsin.db');
  const threads = ['a', 'b', 'c'].map(
    (name) => new Worker(new URL('./adding-thread.ts', import.meta.url), { workerData: { file, name, times: 100 } }),
  );
  for (const [code] of await Promise.all(threads.map((thread) => once(thread, 'exit')))) expect(code).toBe(0);
  const store = await openStore(file);
  expect(await getCheckpoint(store, 'shared', 0)).toBe(300);
  expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 300 });
  await store.destroy();
});

test('a transaction and a query beside it on the same store do not mix', async () => {
  const { store } = await tempStore();
  const undone = store.transaction().execute(async (tx) => {
    await setCheckpoint(tx, 'inside', 0, 1);
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('undo');
  });
  const beside = setCheckpoint(store, 'beside', 0, 1);
  await expect(undone).rejects.toThrow('undo');
  await beside;
  expect(await getCheckpoint(store, 'inside', 0)).toBe(0);
  expect(await getCheckpoint(store, 'beside', 0)).toBe(1);
});

test('waiting for another connection in the same thread does not keep its transaction from ending', async () => {
  const { store, file } = await tempStore();
  const other = await openStore(file);
  const slow = store.transaction().execute(async (tx) => {
    await setCheckpoint(tx, 'engine', 0, 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
  });
  await Promise.all([slow, setCheckpoint(other, 'engine', 1, 2), setCheckpoint(other, 'engine', 2, 3)]);
  expect(await store.selectFrom('checkpoint').select('offset').orderBy('offset').execute()).toHaveLength(3);
  await other.destroy();
});

test('commits are synced, references are held, and migrating again changes nothing', async () => {
  const { store } = await tempStore();
  await migrate(store);
  const pragma = async (name: string) =>
    Object.values((await sql.raw(`pragma ${name}`).execute(store)).rows[0] as object)[0];
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  await expect(
    store.insertInto('personArea').values({ personId: 'nobody', areaId: 'nowhere' }).execute(),
  ).rejects.toThrow('FOREIGN KEY');
});

test('a tree of areas can be written children first', async () => {
  const { store } = await tempStore();
  const area = (id: string, parentId: string | null) => ({
    id,
    parentId,
    tier: 'grid' as const,
    nameZh: id,
    nameEn: id,
    polygonJson: '{}',
  });
  await store.transaction().execute(async (tx) => {
    await tx.insertInto('area').values(area('child', 'parent')).execute();
    await tx.insertInto('area').values(area('parent', null)).execute();
  });
  expect(await store.selectFrom('area').select('id').orderBy('id').execute()).toEqual([
    { id: 'child' },
    { id: 'parent' },
  ]);
  await expect(store.insertInto('area').values(area('orphan', 'missing')).execute()).rejects.toThrow('FOREIGN KEY');
});

test('a checkpoint is 0 at first and kept by consumer and partition', async () => {
  const { store } = await tempStore();
  expect(await getCheckpoint(store, 'engine', 0)).toBe(0);
  await setCheckpoint(store, 'engine', 0, 7);
  await setCheckpoint(store, 'engine', 1, 9_007_199_254_740_991);
  await setCheckpoint(store, 'engine', 0, 8);
  expect(await getCheckpoint(store, 'engine', 0)).toBe(8);
  expect(await getCheckpoint(store, 'engine', 1)).toBe(9_007_199_254_740_991);
  expect(await getCheckpoint(store, 'historian', 0)).toBe(0);
});

test('the feed is read on from a number, in order, and numbers are never used again', async () => {
  const { store } = await tempStore();
  expect(await feedEnd(store)).toBe(0);
  const line = (ref: string) => ({ kind: 'alarm' as const, ref, gridId: 'g', at: 5 });
  await addFeed(store, line('a'), line('b'), line('c'));
  expect((await readFeed(store, 1, 10)).map((row) => row.ref)).toEqual(['b', 'c']);
  expect((await readFeed(store, 0, 2)).map((row) => row.seq)).toEqual([1, 2]);
  await store.deleteFrom('feed').execute();
  await addFeed(store, line('d'));
  expect(await feedEnd(store)).toBe(4);
});

test('a full disk is what the error of a transaction says, and there is no harm to the next one', async () => {
  const { store } = await tempStore();
  const pages = async (limit: string) => await sql.raw(`pragma max_page_count ${limit}`).execute(store);
  await pages('= 1');
  const large = 'x'.repeat(1_000_000);
  const filling = store.transaction().execute(async (tx) => {
    for (let i = 0; i < 5; i++)
      await tx
        .insertInto('foldState')
        .values({ key: `k${i}`, stateJson: large, offset: 0 })
        .execute();
  });
  await expect(filling).rejects.toThrow('database or disk is full');
  await pages('= 4294967294');
  await store.transaction().execute(async (tx) => await setCheckpoint(tx, 'after', 0, 1));
  expect(await store.selectFrom('foldState').select('key').execute()).toEqual([]);
  expect(await getCheckpoint(store, 'after', 0)).toBe(1);
});

test('a file that is no store is refused with what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-store-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tocsin.db');
  await writeFile(file, 'Dear diary, '.repeat(1_000));
  await expect(openStore(file)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('bring it back from a backup'),
  });
});
