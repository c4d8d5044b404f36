import { expect, test } from 'vitest';
import { KnownAreas } from '../../src/response/known-areas.ts';
import { tempStore } from '../store/temp-store.ts';

test('areas are read once, and again after they have changed or could not be read', async () => {
  const { store } = await tempStore();
  const row = { tier: 'grid' as const, parentId: null, nameZh: '格', nameEn: 'g', polygonJson: '{}' };
  await store
    .insertInto('area')
    .values({ ...row, id: 'g1' })
    .execute();
  const areas = new KnownAreas(store);
  const first = await areas.now();
  expect([...first.keys()]).toEqual(['g1']);
  await store
    .insertInto('area')
    .values({ ...row, id: 'g2' })
    .execute();
  expect(await areas.now()).toBe(first);
  areas.changed();
  expect([...(await areas.now()).keys()]).toEqual(['g1', 'g2']);

  areas.changed();
  await store.updateTable('area').set({ polygonJson: 'broken' }).where('id', '=', 'g2').execute();
  await expect(areas.now()).rejects.toThrow();
  await store.updateTable('area').set({ polygonJson: '{}' }).where('id', '=', 'g2').execute();
  expect((await areas.now()).size).toBe(2);
});
