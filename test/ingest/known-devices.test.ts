import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { devicesOfStore, KnownDevices } from '../../src/ingest/known-devices.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { someDevice, type TestDevice } from './harness.ts';

test('devices come from the store, with the credential that was kept for them', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-devices-'));
  const store = await openStore(join(dir, 'tocsin.db'));
  await migrate(store);
  const { secret, ...known } = someDevice('gauge-7');
  const area = {
    id: known.gridId,
    tier: 'grid',
    parentId: null,
    nameZh: '网格',
    nameEn: 'grid',
    polygonJson: '{}',
  } as const;
  await store.insertInto('area').values(area).execute();
  const place = { name: 'underpass', latitude: 31.2, longitude: 121.5, createdAt: 1 };
  await store
    .insertInto('device')
    .values({ ...known, ...place })
    .execute();
  const devices = new KnownDevices(devicesOfStore(store));
  expect(() => devices.authenticate('gauge-7', secret)).toThrow(/Unknown device or wrong secret/);
  await devices.load();
  expect(devices.authenticate('gauge-7', secret)).toEqual(known);
  await store.updateTable('device').set({ state: 'disabled' }).execute();
  await devices.reload(['gauge-7']);
  expect(() => devices.authenticate('gauge-7', secret)).toThrow(/is disabled/);
  await store.destroy();
  await expect(devices.reload(['gauge-7'])).rejects.toThrow();
  expect(devices.get('gauge-7')?.state).toBe('disabled');
  await rm(dir, { recursive: true });
});

test('a change that cannot be read while an older one is being read is not forgotten', async () => {
  const reads: PromiseWithResolvers<TestDevice[]>[] = [];
  const devices = new KnownDevices(() => {
    const read = Promise.withResolvers<TestDevice[]>();
    reads.push(read);
    return read.promise;
  });
  const device = someDevice('a');
  const older = devices.reload(['a']);
  const newer = devices.reload(['a']);
  reads[0]!.resolve([device]);
  await older;
  reads[1]!.reject(new Error('busy'));
  await expect(newer).rejects.toThrow('busy');
  const next = devices.reload(['b']);
  reads[2]!.resolve([{ ...device, state: 'disabled' }]);
  expect(await next).toEqual(['a', 'b']);
  expect(devices.get('a')?.state).toBe('disabled');
});

test('only what changed is read again, and what could not be read with what changes next', async () => {
  const there = new Map(['a', 'b', 'c'].map((id) => [id, someDevice(id)]));
  const asked: (readonly string[])[] = [];
  let fails = false;
  const devices = new KnownDevices(async (ids = [...there.keys()]) => {
    asked.push(ids);
    if (fails) throw new Error('busy');
    return ids.flatMap((id) => there.get(id) ?? []);
  });
  await devices.load();
  there.delete('a');
  there.set('d', someDevice('d'));
  fails = true;
  await expect(devices.reload(['a'])).rejects.toThrow('busy');
  fails = false;
  expect(await devices.reload(['d'])).toEqual(['a', 'd']);
  expect(asked).toEqual([['a', 'b', 'c'], ['a'], ['a', 'd']]);
  expect(['a', 'b', 'c', 'd'].filter((id) => devices.get(id))).toEqual(['b', 'c', 'd']);
});
