import { expect, test } from 'vitest';
import { addAudit, verifyAudit } from '../../src/store/audit.ts';
import { tempStore } from './temp-store.ts';

async function threeRows() {
  const { store } = await tempStore();
  for (const [at, subject] of [
    [1, 'case/a'],
    [2, 'case/b'],
    [3, 'case/c'],
  ] as const) {
    await addAudit(store, { at, personId: 'p1', action: 'case.accepted', subject, detail: { note: '已到现场' } });
  }
  return store;
}

test('an untouched record verifies', async () => {
  const store = await threeRows();
  expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 3 });
});

test('a changed row is found', async () => {
  const store = await threeRows();
  await store.updateTable('audit').set({ personId: 'p2' }).where('subject', '=', 'case/b').execute();
  expect(await verifyAudit(store)).toMatchObject({ ok: false, seq: 2 });
});

test('a removed row is found at the one after it', async () => {
  const store = await threeRows();
  await store.deleteFrom('audit').where('subject', '=', 'case/b').execute();
  expect(await verifyAudit(store)).toMatchObject({ ok: false, seq: 3 });
});

test('within a transaction that is rolled back nothing is recorded', async () => {
  const store = await threeRows();
  const undone = store.transaction().execute(async (tx) => {
    await addAudit(tx, { at: 4, personId: null, action: 'x', subject: 'y', detail: {} });
    throw new Error('undo');
  });
  await expect(undone).rejects.toThrow('undo');
  expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 3 });
});
