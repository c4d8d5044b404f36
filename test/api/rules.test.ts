import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyAudit } from '../../src/store/audit.ts';
import { addRuleVersion } from '../../src/store/rule-versions.ts';
import { addAlarm } from './rows.ts';
import { openWorld, start, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  const place = { scope: 'type', scopeId: 'flood-gauge', lane: 'live', mode: 'live' } as const;
  const version = { ruleId: 'flood-gauge/waterlogging', text: rule('level > 15 cm'), until: null, note: '' };
  await addRuleVersion(world.store, { ...place, ...version, at: start, byPersonId: null, reverts: null });
});
afterEach(async () => await world.close());

const path = '/rules/flood-gauge/waterlogging';

/** A rule as a person writes it; the condition stands in line 6. */
function rule(when: string, id = 'waterlogging'): string {
  return `id: ${id}
name: { zh: 积水, en: Waterlogging }
advice: { zh: 查看, en: Look }
source: { zh: 测试, en: Test }
severity: red
when: "${when}"
clear: level < 5 cm
`;
}

const set = (scope: string, scopeId: string, text: string, more = {}) =>
  world.call('admin', 'PUT', path, { scope, scopeId, mode: 'live', text, note: 'a low underpass', ...more });
const conditions = async (device: string) => {
  const { body } = await world.call('officer', 'GET', `/devices/${device}/rules`);
  return (body as { rule: { levels: { when: string }[] } | null }[]).map((one) => one.rule?.levels[0]?.when ?? 'off');
};

test('a rule set for an area holds for what is in it and below; the nearest wins; withdrawn, what is further out holds', async () => {
  expect(await conditions('dev1')).toEqual(['level > 15 cm']);
  expect((await set('area', 'd', rule('level > 40 cm'))).status).toBe(200);
  expect((await set('area', 'g1', rule('level > 30 cm'))).status).toBe(200);
  expect([await conditions('dev1'), await conditions('dev2')]).toEqual([['level > 30 cm'], ['level > 40 cm']]);
  await set('device', 'dev1', rule('level > 20 cm'));
  expect(await conditions('dev1')).toEqual(['level > 20 cm']);

  const withdrawn = await world.call('admin', 'DELETE', `${path}?scope=device&scopeId=dev1&note=moved`);
  expect(withdrawn.body).toMatchObject({ mode: 'withdrawn', note: 'moved', inForce: false });
  expect(await conditions('dev1')).toEqual(['level > 30 cm']);
  expect(world.calls.filter((call) => call === 'announceRules')).toHaveLength(4);
});

test('the history says who changed what, when and why, and what was before; reverting is one more version', async () => {
  await set('area', 'g1', rule('level > 30 cm'));
  world.clock.at += 60_000;
  await set('area', 'g1', rule('level > 33 cm'), { note: 'too many calls' });
  const { body: back } = await world.call('admin', 'POST', `${path}/revert`, { version: 2, note: 'it was right' });
  expect(back).toMatchObject({ version: 4, before: 3, reverts: 2, text: rule('level > 30 cm'), inForce: true });

  const { body: versions } = await world.call('officer', 'GET', `${path}/versions`);
  expect(versions).toMatchObject([
    { version: 4, note: 'it was right', by: { id: 'admin' } },
    { version: 3, before: 2, note: 'too many calls', at: start + 60_000, place: { en: 'g1' }, inForce: false },
    { version: 2, before: null, by: { id: 'admin' } },
    { version: 1, scope: 'type', by: null, inForce: true },
  ]);
  expect(await conditions('dev1')).toEqual(['level > 30 cm']);
  const audit = await world.store.selectFrom('audit').selectAll().orderBy('seq').execute();
  expect(audit.map(({ action, personId }) => `${action} ${personId}`)).toEqual(Array(3).fill('rule.set admin'));
  expect(await verifyAudit(world.store)).toMatchObject({ ok: true });
});

test.each([
  ['an unknown channel', rule('levle > 30 cm'), 6, 'no channel levle', '没有 levle 这个通道'],
  ['the wrong unit', rule('level > 30 mg/m3'), 6, 'mg/m3 is a mass/volume', 'mg/m3 是质量/体积'],
  [
    'a key that is not known',
    `${rule('level > 30 cm')}clearfor: 3 s\n`,
    8,
    'clearfor: is no key',
    'clearfor：这里没有这个键',
  ],
  ['a severity that is not known', rule('level > 30 cm').replace('red', 'pink'), 5, 'is no severity', '没有这个级别'],
  ['a duration that is none', `${rule('level > 30 cm')}for: 10 minutes\n`, 8, 'no duration', '不是时长'],
  ['another id', rule('level > 30 cm', 'else'), 1, 'must stay "waterlogging"', '须仍是 “waterlogging”'],
  ['no YAML', 'id: [', 1, 'Flow sequence', 'YAML 的写法有误'],
  ['a colon of full width', 'id: waterlogging\nseverity：red\nwhen: level > 3 cm\n', 2, 'half-width colon', '半角冒号'],
])('%s is refused with its line and what is allowed, and nothing else is harmed', async (_, text, line, en, zh) => {
  await set('area', 'g1', rule('level > 30 cm'));
  const { body: check } = await world.call('officer', 'POST', '/rules/check', {
    deviceType: 'flood-gauge',
    text,
    name: 'waterlogging',
  });
  expect(check).toMatchObject({ rule: null, problems: [{ line }, ...check.problems.slice(1)] });
  expect(check.problems[0].message.en).toContain(en);
  expect(check.problems[0].message.zh).toContain(zh);
  const refused = await set('area', 'g1', text);
  expect(refused).toMatchObject({ status: 422, body: { code: 'RULE_INVALID', detail: { problems: check.problems } } });
  expect(refused.body.message).toContain(`line ${line}: `);
  expect(await conditions('dev1')).toEqual(['level > 30 cm']);
  expect((await world.call('officer', 'GET', `${path}/versions`)).body).toHaveLength(2);
});

test('a check answers with the rule as it would judge, and changes nothing', async () => {
  const text = rule('level > 30 cm', 'my-own');
  const { body } = await world.call('worker', 'POST', '/rules/check', { deviceType: 'flood-gauge', text });
  expect(body).toMatchObject({ problems: [], rule: { id: 'flood-gauge/my-own', levels: [{ when: 'level > 30 cm' }] } });
  expect(world.calls).toEqual([]);
});

test('a rule is switched off for a reason and a time; one that no folder has is added beside the others', async () => {
  const off = { scope: 'device', scopeId: 'dev1', mode: 'off', note: 'cleaning', until: start + 3_600_000 };
  expect((await world.call('admin', 'PUT', path, off)).body).toMatchObject({ mode: 'off', until: off.until });
  expect(await conditions('dev1')).toEqual(['off']);
  expect((await world.call('admin', 'PUT', path, { ...off, until: start - 1 })).status).toBe(400);
  expect((await world.call('admin', 'PUT', path, { ...off, note: ' ' })).status).toBe(400);

  const own = {
    scope: 'area',
    scopeId: 'g1',
    mode: 'live',
    text: rule('level > 60 cm', 'deep'),
    note: 'asked by the street',
  };
  expect((await world.call('admin', 'PUT', '/rules/flood-gauge/deep', own)).status).toBe(200);
  expect(await conditions('dev1')).toEqual(['level > 60 cm', 'off']);
  const { body } = await world.call('officer', 'GET', '/rules?type=flood-gauge');
  expect(body).toMatchObject([
    { ruleId: 'flood-gauge/deep', folder: null, places: [{ scopeId: 'g1' }] },
    { ruleId: 'flood-gauge/waterlogging', folder: { version: 1 }, places: [{ scopeId: 'dev1', mode: 'off' }] },
  ]);
});

test('an alarm is told in the words of the version that raised it, whatever else holds elsewhere or since', async () => {
  const own = rule('level > 3 cm').replace('{ zh: 积水, en: Waterlogging }', '{ zh: 低洼, en: Low underpass }');
  const text = 'text: { zh: "水深 {level}", en: "{level} of water" }\n';
  const { version } = (await set('device', 'dev1', own + text)).body;
  await addAlarm(world.store, 'here', { ruleVersion: version });
  await addAlarm(world.store, 'there', { ruleVersion: 1, gridId: 'g2' });
  await addAlarm(world.store, 'long ago', { ruleVersion: null, raisedAt: start - 1000 });
  await set('device', 'dev1', rule('level > 4 cm'));

  const { body } = await world.call('officer', 'GET', '/alarms');
  const told = (body as { id: string; ruleName: { en: string }; text: { en: string } | null }[]).map(
    ({ id, ruleName, text: words }) => [id, ruleName.en, words?.en ?? null],
  );
  expect(told.toSorted()).toEqual([
    ['here', 'Low underpass', '17 cm of water'],
    ['long ago', 'Waterlogging', null],
    ['there', 'Waterlogging', null],
  ]);
  const detail = (await world.call('officer', 'GET', '/alarms/here')).body;
  expect(detail).toMatchObject({ ruleName: { en: 'Low underpass' }, rule: { name: { en: 'Low underpass' } } });
});

test('what runs in shadow stands beside what judges', async () => {
  await set('area', 'g1', rule('level > 30 cm'));
  await set('area', 'g1', rule('level > 25 cm'), { mode: 'shadow' });
  const { body } = await world.call('officer', 'GET', '/devices/dev1/rules');
  expect(body).toMatchObject([{ origin: { version: 2, lane: 'live' }, shadow: { version: 3, lane: 'shadow' } }]);
  expect(await conditions('dev1')).toEqual(['level > 30 cm']);
});

test('only administrators change rules; places have to be there and fit; a change in between is not lost', async () => {
  for (const who of ['officer', 'worker', 'integrator', 'flow'])
    expect((await world.call(who, 'PUT', path, {})).status).toBe(403);
  const text = rule('level > 30 cm');
  expect((await set('area', 'nowhere', text)).status).toBe(404);
  expect((await set('device', 'nobody', text)).status).toBe(404);
  expect((await set('type', 'flood-gauge', text)).status).toBe(400);
  expect((await set('area', 'g1', text, { expected: null })).status).toBe(200);
  const late = await set('area', 'g1', text, { expected: null });
  expect(late).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect(late.body.message).toContain('version 2');
  expect((await world.call('admin', 'DELETE', `${path}?scope=area&scopeId=g2&note=x`)).status).toBe(409);
  expect((await world.call('admin', 'POST', `${path}/revert`, { version: 99, note: 'x' })).status).toBe(404);
});

test('a grid worker does not see what is set for devices elsewhere', async () => {
  await set('device', 'dev2', rule('level > 30 cm'));
  const seen = async (who: string) => (await world.call(who, 'GET', `${path}/versions`)).body.length;
  expect([await seen('officer'), await seen('colleague')]).toEqual([2, 1]);
});
