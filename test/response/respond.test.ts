import { expect, test } from 'vitest';
import type { WebhookBody } from '../../src/notify/channels/webhook/body.ts';
import { addDuty, dueIn, minute, morning, notices, raised, steps, take, theCase, town } from './town.ts';

const later = { at: morning, receivedAt: morning, values: { level: 28 } };

test('an alarm becomes a case of who is on duty in its grid', async () => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('a')]);
  expect(await theCase(store)).toMatchObject({
    gridId: 'grid',
    tier: 'grid',
    areaId: 'grid',
    assigneeId: 'wang',
    handlerId: null,
    status: 'dispatched',
    openedAt: morning,
  });
  expect(await steps(store)).toEqual(['opened grid>-', 'dispatched grid>wang']);
  expect(await notices(store)).toEqual(['wang dispatched']);
  expect(await dueIn(store)).toBe(15);
  const feed = await store.selectFrom('feed').select(['kind', 'personId', 'gridId']).orderBy('seq').execute();
  expect(feed).toEqual([
    { kind: 'alarm', personId: null, gridId: 'grid' },
    { kind: 'case', personId: null, gridId: 'grid' },
    { kind: 'notice', personId: 'wang', gridId: 'grid' },
  ]);
});

test.each([
  ['red', 2],
  ['orange', 5],
  ['yellow', 15],
  ['blue', 60],
] as const)('a %s one is to be accepted within %i minutes', async (severity, minutes) => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('a', severity)]);
  expect(await dueIn(store)).toBe(minutes);
});

test('nobody on duty in the grid: the nearest tier above has it, and the steps say why', async () => {
  const { store, context } = await town();
  await store.updateTable('person').set({ active: 0 }).where('id', '=', 'wang').execute();
  await store.deleteFrom('duty').where('personId', '=', 'chen').execute();
  await take(store, context, morning, [raised('a')]);
  expect(await theCase(store)).toMatchObject({ tier: 'district', areaId: 'district', assigneeId: 'zhao' });
  expect(await steps(store)).toEqual([
    'opened grid>-',
    'dispatched grid>-',
    'escalated community>-',
    'escalated street>-',
    'escalated district>zhao',
  ]);
});

test('nobody on duty anywhere: the case waits at the top and the duty officers are told', async () => {
  const { store, context } = await town();
  const night = morning + 14 * 60 * minute;
  await take(store, context, night, [raised('a')]);
  expect(await theCase(store)).toMatchObject({ tier: 'district', assigneeId: null, status: 'dispatched' });
  expect(await notices(store)).toEqual(['gao dispatched']);
});

test('a duty officer of another district is not told', async () => {
  const { store, context } = await town();
  const far = { tier: 'district' as const, parentId: null, nameZh: '远', nameEn: 'far', polygonJson: '{}' };
  await store
    .insertInto('area')
    .values({ id: 'far', ...far })
    .execute();
  await store.insertInto('personArea').values({ personId: 'gao', areaId: 'far' }).execute();
  await store.deleteFrom('duty').execute();
  await take(store, context, morning, [raised('a')]);
  expect(await notices(store)).toEqual([]);
});

test('an alarm of a device that is in no area still gets a case and reaches the duty officers', async () => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('a', 'red', 'gone')]);
  expect(await theCase(store)).toMatchObject({ gridId: '', assigneeId: null, status: 'dispatched' });
  expect(await notices(store)).toEqual(['gao dispatched']);
});

test('the same batch again changes nothing', async () => {
  const { store, context } = await town();
  const effects = [raised('a'), { kind: 'cleared' as const, alarmId: 'a', ...later }];
  await take(store, context, morning, effects);
  const before = [await steps(store), await notices(store), await store.selectFrom('feed').selectAll().execute()];
  await take(store, context, morning + minute, effects);
  expect([await steps(store), await notices(store), await store.selectFrom('feed').selectAll().execute()]).toEqual(
    before,
  );
});

test('a higher severity shortens the clock, a lower one does not lengthen it', async () => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('a')]);
  await take(store, context, morning + minute, [{ kind: 'severity', alarmId: 'a', severity: 'red', ...later }]);
  expect(await dueIn(store)).toBe(3);
  await take(store, context, morning + 2 * minute, [
    { kind: 'severity', alarmId: 'a', severity: 'yellow', ...later, at: later.at + 1 },
  ]);
  expect(await dueIn(store)).toBe(3);
});

test('a higher severity never gives more time than was left', async () => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('a')]);
  await take(store, context, morning + 14 * minute, [{ kind: 'severity', alarmId: 'a', severity: 'orange', ...later }]);
  expect(await dueIn(store)).toBe(15);
});

test('an alarm that clears before anyone accepted leaves its case open, with the clock running', async () => {
  const { store, context } = await town();
  await take(store, context, morning, [raised('a')]);
  await take(store, context, morning + minute, [{ kind: 'cleared', alarmId: 'a', ...later }]);
  expect(await theCase(store)).toMatchObject({ status: 'dispatched', assigneeId: 'wang' });
  expect(await steps(store)).toEqual(['opened grid>-', 'dispatched grid>wang', 'recovered']);
  expect(await notices(store)).toEqual(['wang dispatched', 'wang recovered']);
  expect(await dueIn(store)).toBe(15);
});

test('endpoints are told in full, each from its own severity on', async () => {
  const { store, context } = await town();
  await addDuty(store, 'grid', 'chen');
  const common = { url: 'http://127.0.0.1/x', secret: null, createdAt: 0 };
  await store
    .insertInto('webhook')
    .values([
      { id: 'all', minSeverity: 'blue', ...common },
      { id: 'worst', minSeverity: 'red', ...common },
    ])
    .execute();
  await take(store, context, morning, [raised('a')]);
  await take(store, context, morning + minute, [{ kind: 'severity', alarmId: 'a', severity: 'red', ...later }]);
  await take(store, context, morning + 2 * minute, [{ kind: 'cleared', alarmId: 'a', ...later }]);
  const outbox = await store.selectFrom('outbox').selectAll().orderBy('seq').execute();
  const bodies = outbox.map((row): [string, WebhookBody] => [row.target, JSON.parse(row.bodyJson)]);
  expect(bodies.map(([target, body]) => `${target} ${body.event} ${body.alarm.state}`)).toEqual([
    'all raised unacknowledged',
    'all severity unacknowledged',
    'worst severity unacknowledged',
    'all cleared returned-unacknowledged',
    'worst cleared returned-unacknowledged',
  ]);
  expect(bodies[0]![1]).toEqual({
    version: 1,
    event: 'raised',
    at: morning,
    alarm: {
      id: 'a',
      rule: { id: 'flood-gauge/waterlogging', name: { zh: '道路积水', en: 'Waterlogging' } },
      severity: 'yellow',
      peakSeverity: 'yellow',
      state: 'unacknowledged',
      raisedAt: morning - 2000,
      clearedAt: null,
      values: { level: 16 },
      text: null,
    },
    device: {
      id: 'gauge-1',
      type: 'flood-gauge',
      name: '地道桥',
      place: { latitude: 30.1, longitude: 120.2 },
    },
    grid: { id: 'grid', name: { zh: '中grid', en: 'grid' } },
    case: {
      id: 'case-a',
      status: 'dispatched',
      tier: 'grid',
      areaId: 'grid',
      assignee: { id: 'chen', name: '小chen' },
    },
    link: 'http://localhost:8080/alarms/a',
  });
});

test('endpoints are told in the words of the version that raised the alarm', async () => {
  const { store, context } = await town();
  await store
    .insertInto('webhook')
    .values({ id: 'all', minSeverity: 'blue', url: 'http://127.0.0.1/x', secret: null, createdAt: 0 })
    .execute();
  const type = context.deviceTypes.get('flood-gauge')!;
  const own = { ...type.rules[0]!, name: { zh: '低洼', en: 'Low underpass' } };
  const placed = { ...type, ruleOfVersion: (version: number) => (version === 7 ? own : null) };
  const told = { ...context, deviceTypes: new Map([[type.id, placed]]) };
  await take(store, told, morning, [
    { ...raised('here'), ruleVersion: 7 },
    { ...raised('there'), ruleVersion: 6 },
  ]);
  const outbox = await store.selectFrom('outbox').select('bodyJson').orderBy('seq').execute();
  const alarms = outbox.map(({ bodyJson }) => (JSON.parse(bodyJson) as WebhookBody).alarm);
  expect(alarms.map(({ id, rule }) => [id, rule.name.en])).toEqual([
    ['here', 'Low underpass'],
    ['there', 'Waterlogging'],
  ]);
});

test('a storm of alarms in one batch', async () => {
  const { store, context } = await town();
  const ids = Array.from({ length: 600 }, (_, i) => `a${i}`);
  await take(
    store,
    context,
    morning,
    ids.map((id) => raised(id)),
  );
  const cases = await store.selectFrom('workCase').select('id').where('assigneeId', '=', 'wang').execute();
  expect(cases).toHaveLength(600);
  expect(await notices(store)).toHaveLength(600);
});
