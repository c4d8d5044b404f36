import { expect, test } from 'vitest';
import { acceptCase } from '../../src/response/actions.ts';
import { escalateDue } from '../../src/response/escalate.ts';
import { openStore } from '../../src/store/open.ts';
import { addDuty, addPerson, dueIn, minute, morning, notices, raised, steps, take, theCase, town } from './town.ts';

async function townWithCase() {
  const built = await town();
  await take(built.store, built.context, morning, [raised('a', 'red')]);
  return built;
}

test('before its time nothing happens; at its time the next tier has it, with a new clock', async () => {
  const { store, context } = await townWithCase();
  expect(await escalateDue(store, morning + 2 * minute - 1, context)).toBe(0);
  expect(await theCase(store)).toMatchObject({ tier: 'grid', assigneeId: 'wang' });
  expect(await escalateDue(store, morning + 2 * minute, context)).toBe(1);
  expect(await theCase(store)).toMatchObject({ tier: 'community', areaId: 'community', assigneeId: 'chen' });
  expect((await steps(store)).slice(2)).toEqual(['escalated community>chen']);
  expect(await notices(store)).toEqual(['wang dispatched', 'chen escalated']);
  expect(await dueIn(store)).toBe(4);
  expect(await escalateDue(store, morning + 2 * minute, context)).toBe(0);
});

test('a tier with nobody on duty is passed over, and the steps say so', async () => {
  const { store, context } = await townWithCase();
  await escalateDue(store, morning + 2 * minute, context);
  await escalateDue(store, morning + 4 * minute, context);
  expect(await theCase(store)).toMatchObject({ tier: 'district', assigneeId: 'zhao' });
  expect((await steps(store)).slice(3)).toEqual(['escalated street>-', 'escalated district>zhao']);
  expect(await dueIn(store)).toBe(6);
});

test('at the top it reminds, the duty officers too, ever less often but at least every hour, and never gives up', async () => {
  const { store, context } = await townWithCase();
  await escalateDue(store, morning + 2 * minute, context);
  await escalateDue(store, morning + 4 * minute, context);
  const waits: number[] = [];
  let now = morning + 6 * minute;
  for (let i = 0; i < 8; i += 1) {
    expect(await escalateDue(store, now, context)).toBe(1);
    const due = await dueIn(store, now);
    waits.push(due!);
    now += due! * minute;
  }
  expect(waits).toEqual([4, 8, 16, 32, 60, 60, 60, 60]);
  expect(await theCase(store)).toMatchObject({ tier: 'district', assigneeId: 'zhao', status: 'dispatched' });
  expect((await notices(store)).slice(3, 7)).toEqual([
    'zhao escalated',
    'gao escalated',
    'zhao escalated',
    'gao escalated',
  ]);
});

test('at the top the next shift takes it over, with the full time', async () => {
  const { store, context } = await townWithCase();
  await escalateDue(store, morning + 2 * minute, context);
  await escalateDue(store, morning + 4 * minute, context);
  await store.deleteFrom('duty').where('personId', '=', 'zhao').execute();
  await addPerson(store, 'sun', 'grid-worker');
  await addDuty(store, 'district', 'sun');
  await escalateDue(store, morning + 6 * minute, context);
  expect(await theCase(store)).toMatchObject({ tier: 'district', assigneeId: 'sun' });
  expect(await dueIn(store)).toBe(8);
});

test('nobody further up: it stays with who has it, and the duty officers are told', async () => {
  const { store, context } = await townWithCase();
  await store.deleteFrom('duty').where('personId', 'in', ['chen', 'zhao']).execute();
  await escalateDue(store, morning + 2 * minute, context);
  expect(await theCase(store)).toMatchObject({ tier: 'district', areaId: 'district', assigneeId: 'wang' });
  expect(await notices(store)).toEqual(['wang dispatched', 'wang escalated', 'gao escalated']);
});

test('a case that nobody had goes to the first who comes on duty, in its grid first', async () => {
  const { store, context } = await town();
  await store.deleteFrom('duty').execute();
  await take(store, context, morning, [raised('a', 'red')]);
  await escalateDue(store, morning + 2 * minute, context);
  expect(await theCase(store)).toMatchObject({ tier: 'district', assigneeId: null });
  await addDuty(store, 'grid', 'wang');
  const due = await dueIn(store);
  await escalateDue(store, morning + due! * minute, context);
  expect(await theCase(store)).toMatchObject({ tier: 'grid', areaId: 'grid', assigneeId: 'wang' });
});

test('once accepted it is not escalated', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, { caseId: 'case-a', personId: 'wang', at: morning + minute }, context);
  expect(await dueIn(store)).toBeNull();
  expect(await escalateDue(store, morning + 60 * minute, context)).toBe(0);
  expect(await theCase(store)).toMatchObject({ tier: 'grid', assigneeId: 'wang', status: 'accepted' });
});

test('after a restart, hours later, it goes up one tier, not all of them at once', async () => {
  const { store, file, context } = await townWithCase();
  await store.destroy();
  const restarted = await openStore(file);
  const now = morning + 5 * 60 * minute;
  await escalateDue(restarted, now, context);
  await escalateDue(restarted, now, context);
  expect(await theCase(restarted)).toMatchObject({ tier: 'community', assigneeId: 'chen' });
  expect(await dueIn(restarted, now)).toBe(2);
  await restarted.destroy();
});

test('two processes that escalate at the same moment do it once', async () => {
  const { store, file, context } = await townWithCase();
  const other = await openStore(file);
  const counts = await Promise.all([store, other].map((db) => escalateDue(db, morning + 2 * minute, context)));
  expect(counts[0]! + counts[1]!).toBe(1);
  expect(await theCase(store)).toMatchObject({ tier: 'community' });
  await other.destroy();
});

test('a case that cannot be escalated does not keep the others back', async () => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('bad', 'red'), raised('a', 'red')]);
  await store.updateTable('alarm').set({ valuesJson: 'not json' }).where('id', '=', 'bad').execute();
  const endpoint = { id: 'w', url: 'http://127.0.0.1/x', secret: null, createdAt: 0 };
  await store
    .insertInto('webhook')
    .values({ ...endpoint, minSeverity: 'blue' })
    .execute();
  await expect(escalateDue(store, morning + 2 * minute, context)).rejects.toThrow('1 of 2 cases');
  expect(await theCase(store, 'a')).toMatchObject({ tier: 'community' });
  expect(await theCase(store, 'bad')).toMatchObject({ tier: 'grid' });
});

test('a clock that was started while our own was ahead runs from now on', async () => {
  const { store, context } = await town();
  const ahead = morning + 365 * 86_400_000;
  await take(store, context, ahead, [raised('a')]);
  await escalateDue(store, morning, context);
  expect(await theCase(store)).toMatchObject({ tier: 'grid', assigneeId: 'wang' });
  await escalateDue(store, morning + 60 * minute, context);
  expect(await theCase(store)).toMatchObject({ tier: 'community', assigneeId: 'chen' });
});
