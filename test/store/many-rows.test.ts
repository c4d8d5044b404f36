import { beforeEach, expect, test } from 'vitest';
import { runFixed } from '../../src/store/fixed-statement.ts';
import { insertAll } from '../../src/store/insert-all.ts';
import type { Store } from '../../src/store/open.ts';
import { selectIn } from '../../src/store/select-in.ts';
import { upsertAll } from '../../src/store/upsert-all.ts';
import { tempStore } from './temp-store.ts';

let store: Store;
beforeEach(async () => {
  ({ store } = await tempStore());
});

const part = (i: number, offset: number) => ({ key: `device/d${i}`, stateJson: `{"i":${i}}`, offset });
const many = (offset: number, count: number) => Array.from({ length: count }, (_, i) => part(i, offset));

test.each([0, 1, 2, 3, 7, 128, 129, 300])('%i rows are written, written over and found', async (count) => {
  await upsertAll(store, 'foldState', 'key', ['stateJson', 'offset'], many(1, count));
  // Half of them again: the others stay as they are.
  const again = many(2, count).slice(count >> 1);
  await upsertAll(
    store,
    'foldState',
    'key',
    ['offset'],
    again.map((row) => ({ ...row, stateJson: 'not written' })),
  );
  const keys = many(0, count).map((row) => row.key);
  const found = await selectIn(store, 'foldState', 'key', [...keys, 'device/none']);
  const byKey = new Map(found.map((row) => [row.key, row]));
  expect(found.length).toBe(count);
  for (let i = 0; i < count; i++) expect(byKey.get(`device/d${i}`)).toEqual(part(i, i < count >> 1 ? 1 : 2));
});

test('rows of one insert may leave out different columns', async () => {
  const line = { kind: 'device', gridId: null, at: 1 } as const;
  await insertAll(store, 'feed', [
    { ...line, ref: 'a' },
    { ...line, ref: 'b', personId: 'somebody' },
    { ...line, ref: 'c', at: 2 },
  ]);
  await insertAll(store, 'feed', [{ ref: 'd', personId: 'other', ...line, at: 3 }]);
  expect(await store.selectFrom('feed').select(['ref', 'personId', 'at']).orderBy('seq').execute()).toEqual([
    { ref: 'a', personId: null, at: 1 },
    { ref: 'b', personId: 'somebody', at: 1 },
    { ref: 'c', personId: null, at: 2 },
    { ref: 'd', personId: 'other', at: 3 },
  ]);
});

test('a row that is there already fails an insert, or is left out where that is asked for', async () => {
  await insertAll(store, 'foldState', [part(0, 1)]);
  await expect(insertAll(store, 'foldState', [part(1, 2), part(0, 2)])).rejects.toThrow('UNIQUE');
  await insertAll(store, 'foldState', [part(0, 3), part(2, 3)], { ifNew: true });
  expect((await selectIn(store, 'foldState', 'key', ['device/d0', 'device/d2'])).map((row) => row.offset)).toEqual([
    1, 3,
  ]);
});

test('a statement whose parameters are given in another order is never run', async () => {
  const rows = (from: number, key: string) =>
    store.selectFrom('foldState').selectAll().where('key', '=', key).where('offset', '>=', from);
  const wrong = runFixed(store, 'rows, wrong order', [1, 'a'], () => rows(1, 'a'));
  await expect(wrong).rejects.toThrow('stand in another order');
  await insertAll(store, 'foldState', [part(0, 1), part(1, 5)]);
  const ask = (key: string, from: number) => runFixed(store, 'rows', [key, from], () => rows(from, key));
  expect(await ask('device/d0', 2)).toEqual([]);
  expect(await ask('device/d1', 2)).toEqual([part(1, 5)]);
});
