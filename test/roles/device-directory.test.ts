import { expect, test } from 'vitest';
import { DeviceDirectory } from '../../src/roles/device-directory.ts';
import { tempStore } from '../store/temp-store.ts';

const area = { tier: 'grid' as const, parentId: null, nameZh: '格', nameEn: 'g', polygonJson: '{}' };
const common = { type: 'gauge', latitude: 30, longitude: 104, gridId: 'g1', state: 'active' as const };
const secret = { secretSalt: '', secretHash: '', createdAt: 0 };

test('a device that is moved stays the same one, so that all who hold it know where it stands', async () => {
  const { store } = await tempStore();
  await store
    .insertInto('area')
    .values(['g1', 'g2'].map((id) => ({ ...area, id })))
    .execute();
  const rows = ['a', 'b'].map((id) => ({ id, name: id, ...common, ...secret }));
  await store.insertInto('device').values(rows).execute();
  const directory = new DeviceDirectory(store);
  await directory.load();
  await store
    .insertInto('device')
    .values({ id: 'c', name: 'c', ...common, ...secret })
    .execute();
  expect(await directory.reload(['c'])).toBe(false);
  const [held, other] = [directory.get('a')!, directory.active];
  await store.updateTable('device').set({ latitude: 31, gridId: 'g2' }).where('id', '=', 'a').execute();
  await store.deleteFrom('device').where('id', '=', 'b').execute();
  expect(await directory.reload(['a', 'b'])).toBe(true);
  expect(held).toMatchObject({ latitude: 31, gridId: 'g2' });
  expect(directory.get('a')).toBe(held);
  expect(directory.get('b')).toBeUndefined();
  expect(directory.get('c')).toMatchObject({ name: 'c' });
  const numbers = directory.active.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).not.toContain(undefined);
  // Who is there is another list, though: one that is compared with the one before.
  expect(directory.active).not.toBe(other);
  expect(directory.active).toContain(held);
});

test('that a device has moved is told with the next change when it could not be read, also if one is looked for between', async () => {
  const { store } = await tempStore();
  await store
    .insertInto('area')
    .values({ ...area, id: 'g1' })
    .execute();
  await store
    .insertInto('device')
    .values({ id: 'a', name: 'a', ...common, ...secret })
    .execute();
  const directory = new DeviceDirectory(store);
  await directory.load();
  await store.updateTable('device').set({ latitude: 31 }).where('id', '=', 'a').execute();
  await store.schema.alterTable('device').renameTo('elsewhere').execute();
  await expect(directory.reload(['a'])).rejects.toThrow();
  await store.schema.alterTable('elsewhere').renameTo('device').execute();
  expect(await directory.find('b')).toBeUndefined();
  expect(await directory.reload(['b'])).toBe(true);
  expect(directory.get('a')).toMatchObject({ latitude: 31 });
});
