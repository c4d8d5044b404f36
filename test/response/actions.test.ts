import { expect, test } from 'vitest';
import { acceptCase, handleCase, noteCase, verifyCase } from '../../src/response/actions.ts';
import { verifyAudit } from '../../src/store/audit.ts';
import { minute, morning, notices, raised, steps, take, theCase, town } from './town.ts';

async function townWithCase() {
  const built = await town();
  await take(built.store, built.context, morning, [raised('a')]);
  return built;
}
const by = (personId: string, minutes: number, note?: string) => ({
  caseId: 'case-a',
  personId,
  at: morning + minutes * minute,
  note,
});
const acknowledged = (store: Awaited<ReturnType<typeof townWithCase>>['store']) =>
  store.selectFrom('alarm').select(['acknowledgedBy', 'acknowledgedAt', 'active']).executeTakeFirstOrThrow();

test('a case from accepting to closing, with everyone who did something in the steps and the audit record', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, by('wang', 1, '马上到'), context);
  expect(await acknowledged(store)).toEqual({ acknowledgedBy: 'wang', acknowledgedAt: morning + minute, active: 1 });
  await noteCase(store, { ...by('wang', 5), note: '水深 20 cm' }, context);
  await handleCase(store, by('wang', 30), context);
  await verifyCase(store, { ...by('chen', 40), pass: true }, context);

  expect(await theCase(store)).toMatchObject({
    status: 'closed',
    handlerId: 'wang',
    acceptedAt: morning + minute,
    handledAt: morning + 30 * minute,
    closedAt: morning + 40 * minute,
  });
  expect((await steps(store)).slice(2)).toEqual([
    'accepted by wang',
    'noted by wang',
    'handled by wang',
    'closed by chen',
  ]);
  expect(await notices(store)).toEqual(['wang dispatched', 'chen handled']);
  expect(await store.selectFrom('audit').select(['personId', 'action', 'subject']).orderBy('seq').execute()).toEqual([
    { personId: 'wang', action: 'case.accepted', subject: 'case/case-a' },
    { personId: 'wang', action: 'case.noted', subject: 'case/case-a' },
    { personId: 'wang', action: 'case.handled', subject: 'case/case-a' },
    { personId: 'chen', action: 'case.closed', subject: 'case/case-a' },
  ]);
  expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 4 });
  const told = await store.selectFrom('feed').select('kind').where('kind', '=', 'case').execute();
  expect(told).toHaveLength(5);
});

test('accepting again changes nothing; another person is told who was first', async () => {
  const { store, context } = await townWithCase();
  const first = await acceptCase(store, by('wang', 1), context);
  expect(await acceptCase(store, by('wang', 2), context)).toEqual(first);
  await expect(acceptCase(store, by('chen', 3), context)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('小wang'),
  });
  expect((await steps(store)).slice(2)).toEqual(['accepted by wang']);
  expect((await acknowledged(store)).acknowledgedAt).toBe(morning + minute);
});

test('anyone may accept, not only the assignee; from then on that person has it', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, by('gao', 1), context);
  expect(await theCase(store)).toMatchObject({ assigneeId: 'gao', handlerId: 'gao' });
});

test('a case whose alarm has cleared is still accepted, and the alarm stays over', async () => {
  const { store, context } = await townWithCase();
  await take(store, context, morning + minute, [
    { kind: 'cleared', alarmId: 'a', at: morning, receivedAt: morning, values: { level: 1 } },
  ]);
  await acceptCase(store, by('wang', 2), context);
  expect(await acknowledged(store)).toMatchObject({ active: 0, acknowledgedBy: 'wang' });
  expect(await theCase(store)).toMatchObject({ status: 'accepted' });
});

test('the handler of a case never closes it', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, by('wang', 1), context);
  await handleCase(store, by('wang', 2), context);
  await expect(verifyCase(store, { ...by('wang', 3), pass: true }, context)).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(await theCase(store)).toMatchObject({ status: 'handled' });
});

test('nor does who accepted it, when a colleague reported it handled', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, by('wang', 1), context);
  await handleCase(store, by('zhao', 2), context);
  expect(await theCase(store)).toMatchObject({ handlerId: 'zhao' });
  await expect(verifyCase(store, { ...by('wang', 3), pass: true }, context)).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await expect(verifyCase(store, { ...by('zhao', 3), pass: true }, context)).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await verifyCase(store, { ...by('gao', 4), pass: true }, context);
  expect(await theCase(store)).toMatchObject({ status: 'closed' });
});

test('a failed check sends it back to its handler, who reports again', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, by('wang', 1), context);
  await handleCase(store, by('wang', 2), context);
  await verifyCase(store, { ...by('chen', 3, '还有水'), pass: false }, context);
  expect(await theCase(store)).toMatchObject({ status: 'accepted', handledAt: null, handlerId: 'wang' });
  expect(await notices(store)).toEqual(['wang dispatched', 'chen handled', 'wang sent-back']);
  await handleCase(store, by('wang', 4), context);
  await verifyCase(store, { ...by('chen', 5), pass: true }, context);
  expect(await theCase(store)).toMatchObject({ status: 'closed' });
});

test('the check is asked of the duty officers when who is on duty above worked on it', async () => {
  const { store, context } = await townWithCase();
  await acceptCase(store, by('chen', 1), context);
  await handleCase(store, by('chen', 2), context);
  expect((await notices(store)).at(-1)).toBe('gao handled');
});

test('deeds out of turn are refused with what to do, and leave no trace', async () => {
  const { store, context } = await townWithCase();
  await expect(handleCase(store, by('wang', 1), context)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('accept it first'),
  });
  await expect(verifyCase(store, { ...by('chen', 1), pass: true }, context)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await acceptCase(store, by('wang', 1), context);
  await handleCase(store, by('wang', 2), context);
  await handleCase(store, by('wang', 3), context);
  await expect(handleCase(store, by('chen', 3), context)).rejects.toMatchObject({ code: 'CONFLICT' });
  await verifyCase(store, { ...by('chen', 4), pass: true }, context);
  await expect(handleCase(store, by('wang', 5), context)).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(verifyCase(store, { ...by('chen', 5), pass: false }, context)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await expect(acceptCase(store, by('gao', 5), context)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await steps(store)).slice(2)).toEqual(['accepted by wang', 'handled by wang', 'closed by chen']);
  expect(await verifyAudit(store)).toMatchObject({ rows: 3 });
});

test('what is not there is named', async () => {
  const { store, context } = await townWithCase();
  await expect(acceptCase(store, { ...by('wang', 1), caseId: 'x' }, context)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
