import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { keepRoom } from '../../src/store/keep-room.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { tempDir } from '../support/temp-dir.ts';

test('with room kept, commits go on in the space that the files have', async () => {
  const file = join(await tempDir(), 'tocsin.db');
  const store = await openStore(file);
  await migrate(store);
  await keepRoom(store, 'at the start');
  const sizes = () => [file, `${file}-wal`].map((path) => statSync(path).size);
  const before = sizes();
  expect(before[1]).toBeGreaterThan(8_000_000);
  const ref = 'x'.repeat(20_000);
  const add = (at: number) =>
    store.insertInto('feed').values({ kind: 'alarm', ref, gridId: 'grid', personId: null, at }).execute();
  for (let seq = 0; seq < 100; seq++) await add(seq);
  expect(sizes()).toEqual(before);
  // Nothing is done while there is enough.
  await keepRoom(store, 'when it is used');
  expect(sizes()).toEqual(before);
  for (let seq = 0; seq < 150; seq++) await add(seq);
  await keepRoom(store, 'when it is used');
  const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(store);
  expect(rows[0]!.freelist_count * 4096).toBeGreaterThan(8_000_000);
  await store.destroy();
});
