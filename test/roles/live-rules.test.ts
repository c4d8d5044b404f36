import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Device } from '../../src/model/device.ts';
import { LiveRules } from '../../src/roles/live-rules.ts';
import type { Store } from '../../src/store/open.ts';
import { addRuleVersion } from '../../src/store/rule-versions.ts';
import { gauge } from '../api/world.ts';
import { tempStore } from '../store/temp-store.ts';

const words = 'name: { zh: 积水, en: W }\nadvice: { zh: 看, en: Look }\nsource: { zh: 测, en: T }';
const device = (id: string): Device => {
  return { id, type: gauge.id, name: id, latitude: 0, longitude: 0, gridId: 'g1', state: 'active' };
};

/** Adds the next version of the rule of the whole type. */
async function change(store: Store, limit: number): Promise<number> {
  const place = { ruleId: 'flood-gauge/waterlogging', scope: 'type', scopeId: gauge.id, lane: 'live' } as const;
  const text = `id: waterlogging\n${words}\nseverity: red\nwhen: level > ${limit} cm\n`;
  const more = { mode: 'live', text, until: null, note: '', at: limit, byPersonId: null, reverts: null } as const;
  return (await addRuleVersion(store, { ...place, ...more })).version;
}

async function rulesOver(store: Store): Promise<LiveRules> {
  const rules = new LiveRules({ store, types: new Map([[gauge.id, gauge]]), log: pino({ level: 'silent' }) });
  await rules.load();
  return rules;
}

const versionOf = (rules: LiveRules, id: string) => rules.rulesOf(device(id))?.rules[0]?.version;

test('a restart goes by the rules of its checkpoint until it comes to the change again', async () => {
  const { store } = await tempStore();
  const first = await change(store, 10);
  const live = await rulesOver(store);
  const second = await change(store, 20);
  expect(versionOf(live, 'a')).toBe(first);
  await live.take(100, second);
  expect(versionOf(live, 'a')).toBe(second);

  const checkpoint = JSON.parse(JSON.stringify(live.state(90)));
  const again = await rulesOver(store);
  // The state of `b` was written after the change, so it was judged by the new rules already.
  again.restore(checkpoint, 90, new Map([['b', 120]]));
  expect([versionOf(again, 'a'), versionOf(again, 'b')]).toEqual([first, second]);
  await again.take(100, second);
  expect([versionOf(again, 'a'), versionOf(again, 'b')]).toEqual([second, second]);
  expect(again.rulesOf(device('a'))).toBe(again.rulesOf(device('b')));
});

test('a checkpoint keeps no more changes than a restart from it needs', async () => {
  const { store } = await tempStore();
  await change(store, 10);
  const live = await rulesOver(store);
  for (const [i, limit] of [20, 30, 40].entries()) await live.take(100 * (i + 1), await change(store, limit));
  expect(live.state(250)).toEqual([
    [200, 3],
    [300, 4],
  ]);
  expect(live.state(1000)).toEqual([[300, 4]]);
});

test('the past is asked by its time or by its version', async () => {
  const { store } = await tempStore();
  await change(store, 10);
  await change(store, 20);
  const live = await rulesOver(store);
  const versionsOf = (rulesOf: LiveRules['rulesOf']) => rulesOf(device('a'))?.rules.map((rule) => rule.version);
  expect([5, 10, 15, 20].map((time) => versionsOf(live.asOf(time)))).toEqual([[1], [1], [1], [2]]);
  expect(versionsOf(live.of(1))).toEqual([1]);
});
