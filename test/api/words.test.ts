import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyAudit } from '../../src/store/audit.ts';
import { addBaselineAlarm } from './rows.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  for (const id of ['a1', 'a2', 'a3', 'a4']) await addBaselineAlarm(world.store, id);
});
afterEach(async () => await world.close());

const say = async (id: string, verdict: string) =>
  await world.call('officer', 'POST', `/alarms/${id}/words`, { verdict });
const takeBack = async (id: string, verdict: string) =>
  await world.call('officer', 'POST', `/alarms/${id}/words/${verdict}/take-back`);

test('a false alarm makes the series less sensitive, visibly, within limits, and can be taken back', async () => {
  const first = await say('a1', 'false-alarm');
  expect(first.status).toBe(200);
  expect(first.body.baselines[0]).toMatchObject({
    channel: 'level',
    words: [{ alarmId: 'a1', verdict: 'false-alarm', takenBackAt: null }],
  });
  expect(first.body.baselines[0].rarer).toBeCloseTo(3.16, 2);
  expect(world.calls).toContain('announceWords');
  for (const id of ['a2', 'a3']) await say(id, 'false-alarm');
  expect((await say('a4', 'false-alarm')).body.baselines[0].rarer).toBeCloseTo(10, 6);
  expect((await say('a4', 'right')).status).toBe(409);

  for (const id of ['a1', 'a2', 'a3', 'a4']) await takeBack(id, 'false-alarm');
  const after = (await say('a4', 'right')).body.baselines[0];
  expect(after.rarer).toBeCloseTo(0.562, 3);
  expect(after.words.filter((word: { takenBackBy: unknown }) => word.takenBackBy)).toHaveLength(4);
  expect((await takeBack('a1', 'false-alarm')).status).toBe(404);

  const audit = await world.store.selectFrom('audit').select('action').where('action', 'like', 'alarm.word%').execute();
  expect(audit).toHaveLength(9);
  expect(await verifyAudit(world.store)).toMatchObject({ ok: true });
});

test('only the newest of what was accepted as normal can be taken back', async () => {
  await say('a1', 'new-normal');
  world.clock.at += 1000;
  await say('a2', 'new-normal');
  const stored = await world.store.selectFrom('baselineWord').select(['verdict', 'announced']).execute();
  expect(stored).toEqual([
    { verdict: 'new-normal', announced: 0 },
    { verdict: 'new-normal', announced: 0 },
  ]);
  expect((await say('a2', 'new-normal')).status).toBe(409);
  expect((await takeBack('a2', 'new-normal')).status).toBe(200);
  expect((await takeBack('a1', 'new-normal')).status).toBe(200);
});
