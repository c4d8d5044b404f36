import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifySecret } from '../../src/ingest/credentials.ts';
import { TocsinError } from '../../src/shared/errors.ts';
import { addAlarm } from './rows.ts';
import { openWorld, start, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const newDevice = { id: 'gauge-7', type: 'flood-gauge', name: '人民路 Renmin Road', latitude: 0.25, longitude: 1.25 };

test('a new device gets its grid from its place, and its secret once', async () => {
  world.calls.length = 0;
  const { status, body } = await world.call('integrator', 'POST', '/devices', newDevice);
  expect(status).toBe(201);
  expect(body.deviceId).toBe('gauge-7');

  const row = await world.store.selectFrom('device').selectAll().where('id', '=', 'gauge-7').executeTakeFirstOrThrow();
  expect(row).toMatchObject({ ...newDevice, gridId: 'g2', state: 'active', createdAt: start });
  expect(verifySecret(body.secret, row)).toBe(true);
  expect(world.calls).toEqual(['gateway', 'engine', 'historian'].map((part) => `${part}.devicesChanged gauge-7`));

  const read = await world.call('worker', 'GET', '/devices/gauge-7');
  expect(read.status).toBe(404);
  const shown = await world.call('admin', 'GET', '/devices/gauge-7');
  expect(shown.body).toEqual({ ...newDevice, gridId: 'g2', state: 'active', worst: null });
  const audit = await world.store.selectFrom('audit').selectAll().execute();
  expect(JSON.stringify(audit)).not.toContain(body.secret);
});

test('what is wrong with a new device is said', async () => {
  const refused = async (changes: object) => {
    const { status, body } = await world.call('admin', 'POST', '/devices', { ...newDevice, id: 'other', ...changes });
    return [status, body.code, body.message];
  };
  expect(await refused({ id: 'dev1' })).toEqual([409, 'CONFLICT', expect.stringContaining('/devices/dev1/credential')]);
  expect(await refused({ latitude: 50 })).toEqual([400, 'REQUEST_INVALID', expect.stringContaining('lies in no grid')]);
  expect(await refused({ gridId: 'c1' })).toEqual([400, 'REQUEST_INVALID', expect.stringContaining('no grid c1')]);
  expect(await refused({ type: 'toaster' })).toEqual([
    404,
    'DEVICE_TYPE_UNKNOWN',
    expect.stringContaining('flood-gauge'),
  ]);
  expect(await refused({ id: 'a/b' })).toEqual([400, 'REQUEST_INVALID', expect.stringContaining('body.id')]);
  expect(await refused({ latitude: 91, name: '' })).toEqual([
    400,
    'REQUEST_INVALID',
    expect.stringMatching(/body\.name.*body\.latitude/),
  ]);
  expect(await world.store.selectFrom('device').select('id').where('id', '=', 'other').execute()).toEqual([]);
});

test('a device that is moved comes into the grid of its new place', async () => {
  await world.call('admin', 'POST', '/devices', { ...newDevice, id: 'mover' });
  const patch = (body: object) => world.call('integrator', 'PATCH', '/devices/mover', body);
  expect((await patch({ longitude: 0.5 })).body).toMatchObject({ gridId: 'g1', latitude: 0.25, longitude: 0.5 });
  expect((await patch({ longitude: 7 })).status).toBe(400);
  expect((await patch({ state: 'disabled', name: 'Moved' })).body).toMatchObject({ state: 'disabled', gridId: 'g1' });
  expect((await patch({ gridId: 'g2' })).body).toMatchObject({ gridId: 'g2', longitude: 0.5 });
  expect((await patch({ state: 'asleep' })).body.message).toContain('body.state');
});

test('a new secret replaces the old one and the gateway is told', async () => {
  const first = (await world.call('admin', 'POST', '/devices', { ...newDevice, id: 'rotated' })).body.secret;
  world.calls.length = 0;
  const { status, body } = await world.call('admin', 'POST', '/devices/rotated/credential');
  expect(status).toBe(201);
  const row = await world.store.selectFrom('device').selectAll().where('id', '=', 'rotated').executeTakeFirstOrThrow();
  expect([verifySecret(body.secret, row), verifySecret(first, row)]).toEqual([true, false]);
  expect(world.calls).toContain('gateway.devicesChanged rotated');
  expect((await world.call('admin', 'POST', '/devices/nowhere/credential')).status).toBe(404);
});

test('devices are found by area, type and words, page by page, with their worst alarm', async () => {
  await addAlarm(world.store, 'a1', { severity: 'yellow' });
  await addAlarm(world.store, 'a2', { severity: 'red' });
  await addAlarm(world.store, 'a3', { severity: 'red', gridId: 'g2', active: 0 });
  const list = async (query: string) => (await world.call('officer', 'GET', `/devices${query}`)).body;
  const ids = async (query: string) => (await list(query)).map((device: { id: string }) => device.id);

  expect(await list('?q=dev')).toMatchObject([
    { id: 'dev1', worst: 'red' },
    { id: 'dev2', worst: null },
  ]);
  expect(await ids('?grid=g1&q=dev')).toEqual(['dev1']);
  expect(await ids('?grid=s&q=dev')).toEqual(['dev1', 'dev2']);
  expect(await ids('?q=renmin&type=flood-gauge')).toContain('gauge-7');
  expect(await ids('?q=RENMIN')).toContain('gauge-7');
  expect(await ids('?q=%25')).toEqual([]);
  expect(await ids('?type=toaster')).toEqual([]);
  const all = await ids('');
  const paged = [...(await ids('?limit=2')), ...(await ids(`?limit=1000&cursor=${all[1]}`))];
  expect(paged).toEqual(all);
  expect((await world.call('officer', 'GET', '/devices?limit=0')).body.message).toContain('query.limit');
});

test('the series of a channel comes with its band and the limits of its rules', async () => {
  const from = start - 6 * 3_600_000;
  const { body } = await world.call(
    'worker',
    'GET',
    `/devices/dev1/series?channel=level&from=${from}&to=${start}&points=100`,
  );
  // Six hours in at most 100 steps: five minutes.
  expect(body).toMatchObject({ deviceId: 'dev1', channel: 'level', unit: 'cm', stepMs: 300_000 });
  expect(body.buckets).toEqual([{ at: from, mean: 300_000, min: 0, max: 9, count: 4 }]);
  expect(body.band).toHaveLength(72);
  expect(body.band[0]).toEqual({ at: from, low: 1, middle: 2, high: 3 });
  // 0.4 m in the rule are 40 cm on the chart; a rate has no line.
  expect(body.thresholds).toEqual([
    { ruleId: 'flood-gauge/waterlogging', severity: 'yellow', value: 15, direction: 'above' },
    { ruleId: 'flood-gauge/waterlogging', severity: 'red', value: 40, direction: 'above' },
  ]);
  const battery = await world.call('worker', 'GET', '/devices/dev1/series?channel=battery');
  expect(battery.body.buckets).toMatchObject([{ count: 4, clock: 4 }]);
  expect(battery.body).toMatchObject({ band: [], thresholds: [], unit: '%' });
});

test('a series that makes no sense is refused', async () => {
  const ask = async (query: string) => (await world.call('officer', 'GET', `/devices/dev1/series?${query}`)).body;
  expect(await ask('channel=depth')).toMatchObject({
    code: 'CHANNEL_UNKNOWN',
    message: expect.stringContaining('level'),
  });
  expect(await ask(`channel=level&from=${start}&to=${start}`)).toMatchObject({ code: 'REQUEST_INVALID' });
  expect(await ask('channel=level&points=1000000')).toMatchObject({ code: 'REQUEST_INVALID' });
  expect(await ask('')).toMatchObject({ message: expect.stringContaining('query.channel') });
});

test('newest values and commands go through', async () => {
  expect((await world.call('worker', 'GET', '/devices/dev1/latest')).body).toEqual([
    { channel: 'level', value: 1, measuredAt: start },
    { channel: 'battery', value: 1, measuredAt: start, quality: 'clock' },
  ]);
  world.calls.length = 0;
  const sent = await world.call('flow', 'POST', '/devices/dev1/commands', {
    command: 'show',
    arguments: { text: '封路' },
  });
  expect([sent.status, sent.body]).toEqual([202, { connected: true }]);
  expect(world.calls).toEqual(['command dev1 {"command":"show","arguments":{"text":"封路"}}']);
  expect((await world.call('flow', 'POST', '/devices/nowhere/commands', { command: 'x' })).status).toBe(404);
  expect((await world.call('worker', 'POST', '/devices/dev1/commands', { command: 'x' })).status).toBe(403);
});

test('a command that the type does not have, or with wrong arguments, is refused with what it takes', async () => {
  world.calls.length = 0;
  const refusal = async (command: string, given?: object) => {
    const { status, body } = await world.call('flow', 'POST', '/devices/dev1/commands', { command, arguments: given });
    return [status, body.code, body.message];
  };
  expect(await refusal('reboot')).toEqual([
    400,
    'COMMAND_UNKNOWN',
    'A flood-gauge has no command reboot. It has: show, clear.',
  ]);
  const wrong: [command: string, given: object, message: string][] = [
    ['show', {}, 'body.arguments.text: is missing'],
    ['show', { text: ' ' }, 'body.arguments.text: must not be empty'],
    ['show', { text: 7 }, 'body.arguments.text: must be a text'],
    ['show', { text: '封'.repeat(21) }, 'body.arguments.text: must have at most 20 characters'],
    [
      'show',
      { text: '封路', seconds: '9', blink: 1 },
      'body.arguments.seconds: must be a number; body.arguments.blink: must be true or false',
    ],
    ['show', { text: '封路', colour: 'red' }, 'body.arguments.colour: show takes only text, seconds, blink'],
    ['clear', { text: '封路' }, 'body.arguments.text: clear takes no arguments'],
  ];
  for (const [command, given, message] of wrong) {
    expect(await refusal(command, given)).toEqual([400, 'REQUEST_INVALID', message]);
  }
  expect(world.calls).toEqual([]);
  const whole = { text: '封路', seconds: 30, blink: true };
  const sent = await world.call('flow', 'POST', '/devices/dev1/commands', { command: 'show', arguments: whole });
  expect(sent.status).toBe(202);
});

test('a part that is away is named, with its own status; a chart goes without its band', async () => {
  const away = new TocsinError('TELEMETRY_UNAVAILABLE', 'InfluxDB does not answer.');
  const { context } = world;
  const { range } = context.historian;
  context.historian.range = async () => await Promise.reject(away);
  const { status, body } = await world.call('officer', 'GET', '/devices/dev1/series?channel=level');
  context.historian.range = range;
  expect([status, body.code, body.message]).toEqual([503, 'TELEMETRY_UNAVAILABLE', 'InfluxDB does not answer.']);

  const { baseline } = context.engine;
  context.engine.baseline = async () => await Promise.reject(new Error('thread gone'));
  const bare = await world.call('officer', 'GET', '/devices/dev1/series?channel=level');
  context.engine.baseline = baseline;
  expect(bare.body).toMatchObject({ band: [], buckets: [{ count: 4 }] });
});

test('a chart tells the newest time in which its channel was unusual, where that lies in what it shows', async () => {
  const { engine } = world.context;
  const { baseline } = engine;
  const deviation = { from: 1000, until: 5000, at: 2000, value: 24, low: 4, middle: 6, high: 8, score: 0.99 };
  engine.baseline = async () => ({ band: [], deviation: { ...deviation, kind: 'extreme' } });
  const shown = async (from: number, to: number) =>
    (await world.call('officer', 'GET', `/devices/dev1/series?channel=level&from=${from}&to=${to}`)).body.deviation;
  expect(await shown(0, 10_000)).toEqual({ ...deviation, kind: 'extreme' });
  expect(await shown(3000, 10_000)).not.toBeNull();
  expect(await shown(6000, 10_000)).toBeNull();
  engine.baseline = baseline;
});

test('a chart says from which devices its band is borrowed, while it is', async () => {
  const { engine } = world.context;
  const { baseline } = engine;
  const shown = async () => (await world.call('officer', 'GET', '/devices/dev1/series?channel=level')).body;
  const band = [{ at: 0, low: 1, middle: 2, high: 3 }];
  engine.baseline = async () => ({ band, borrowedFrom: ['a', 'b', 'c'], deviation: null });
  expect(await shown()).toMatchObject({ band, borrowedFrom: ['a', 'b', 'c'] });
  engine.baseline = async () => ({ band, borrowedFrom: [], deviation: null });
  expect(await shown()).not.toHaveProperty('borrowedFrom');
  engine.baseline = baseline;
});

test('a device is stored even when another part cannot be told', async () => {
  const { gateway } = world.context;
  const { devicesChanged } = gateway;
  gateway.devicesChanged = async () => await Promise.reject(new Error('busy'));
  const { status } = await world.call('admin', 'POST', '/devices', { ...newDevice, id: 'untold' });
  gateway.devicesChanged = devicesChanged;
  expect(status).toBe(201);
  expect(world.logged.some((line) => line.level === 50 && JSON.stringify(line.err).includes('busy'))).toBe(true);
});
