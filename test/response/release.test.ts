import { expect, test } from 'vitest';
import { acceptCase, handleCase } from '../../src/response/actions.ts';
import { escalateDue } from '../../src/response/escalate.ts';
import { releaseCases } from '../../src/response/release.ts';
import { minute, morning, notices, raised, steps, take, theCase, town } from './town.ts';

const deed = (personId: string, minutes: number) => ({ caseId: 'case-a', personId, at: morning + minutes * minute });

/** A case that wang has accepted; then wang leaves. */
async function wangLeaves(concerns = (_gridId: string) => true) {
  const built = await town();
  const { store, context } = built;
  await take(store, context, morning, [raised('a')]);
  await acceptCase(store, deed('wang', 1), context);
  await store.updateTable('person').set({ active: 0 }).where('id', '=', 'wang').execute();
  const release = { personId: 'wang', concerns, byPersonId: 'gao', at: morning + 5 * minute };
  const count = await store.transaction().execute((tx) => releaseCases(tx, release, context));
  return { ...built, count };
}

test('an accepted case of someone who is gone is given to who is on duty, told, and accepted again', async () => {
  const { store, context, count } = await wangLeaves();
  expect(count).toBe(1);
  expect(await theCase(store)).toMatchObject({
    status: 'dispatched',
    assigneeId: 'chen',
    handlerId: null,
    acceptedAt: null,
    tier: 'community',
  });
  expect(await notices(store)).toEqual(['wang dispatched', 'chen dispatched']);
  expect((await steps(store)).at(-1)).toContain('dispatched');
  await acceptCase(store, deed('chen', 6), context);
  expect(await theCase(store)).toMatchObject({ status: 'accepted', handlerId: 'chen' });
});

test('its new clock climbs when nobody answers', async () => {
  const { store, context } = await wangLeaves();
  await escalateDue(store, morning + 5 * minute + 60 * minute, context);
  expect(await theCase(store)).toMatchObject({ status: 'dispatched', tier: 'district', assigneeId: 'zhao' });
});

test('cases elsewhere stay with him, and one that is reported handled waits for its second person', async () => {
  const elsewhere = await wangLeaves((gridId) => gridId !== 'grid');
  expect(elsewhere.count).toBe(0);
  expect(await theCase(elsewhere.store)).toMatchObject({ status: 'accepted', handlerId: 'wang' });

  const { store, context } = await town();
  await take(store, context, morning, [raised('a')]);
  await acceptCase(store, deed('wang', 1), context);
  await handleCase(store, deed('wang', 2), context);
  const release = { personId: 'wang', concerns: () => true, byPersonId: 'gao', at: morning + 5 * minute };
  expect(await store.transaction().execute((tx) => releaseCases(tx, release, context))).toBe(0);
});
