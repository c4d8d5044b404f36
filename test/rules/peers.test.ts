import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { readSiteFile } from '../../src/devices/site-file.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { RuleLevel } from '../../src/model/rule.ts';
import type { Sample } from '../../src/model/sample.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { randomFrom } from '../support/random.ts';
import { arrivalsOf, recordOf } from './disturbed.ts';
import { deviceType, type Row, storyOf, testDevice } from './support.ts';

const minute = 60_000;
const boundMs = 30 * minute;

const gauges = (when: string, more: Partial<RuleLevel> = {}) => ({
  ...deviceType({ channels: { level: 'cm' }, rules: [{ name: 'many', levels: [{ severity: 'red', when, ...more }] }] }),
  latenessMs: boundMs,
});
const covers = { ...deviceType({ channels: { water: 'cm' }, rules: [] }), id: 'cover', latenessMs: boundMs };

const device = (id: string, gridId = 'g1', north = 0): Device => ({
  ...testDevice,
  id,
  gridId,
  latitude: 30 + north / 111_195,
});

function foldOf(when: string, more: Partial<RuleLevel> = {}) {
  const type = gauges(when, more);
  const types = new Map([
    [type.id, type],
    ['cover', covers],
  ]);
  const compiled = [type, covers].map((one) => compileType({ ...one, others: () => types }));
  expect(compiled.flatMap(({ problems }) => problems)).toEqual([]);
  return new Fold(rulesByType(new Map(compiled.map((one) => [one.id, one]))));
}

/** What is said when samples come in their order. */
const story = (when: string, devices: Device[], rows: Row[]) => storyOf(foldOf(when), devices, rows);

describe('paths of drainage', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
  const { types } = loadDeviceTypes('devices');
  const of = (id: string, type = 'manhole-cover'): Device => ({ ...device(id), type });
  const gaugeIds = ['gauge-1', 'gauge-2', 'elsewhere'];
  const town = ['cover-1', 'cover-2', 'cover-3', 'cover-8'].map((id) => of(id));
  town.push(...gaugeIds.map((id) => of(id, 'flood-gauge')));

  /** Devices that a condition of the page is true for, once water has risen quickly under some covers. */
  function trueFor(when: string, rising: string[]): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-drainage-'));
    writeFileSync(join(folder, 'site.yaml'), /```site\n([\s\S]*?)```/.exec(page)![1]!);
    const places = new Places(undefined, readSiteFile(join(folder, 'site.yaml')));
    rmSync(folder, { recursive: true });
    const [rule] = gauges(when).rules;
    const compiled = [...types.values()].map((type) =>
      compileType({ ...type, rules: type.id === 'flood-gauge' ? [{ ...rule!, deviceType: type.id }] : [] }),
    );
    expect(compiled.flatMap(({ problems }) => problems)).toEqual([]);
    const rulesOf = rulesByType(new Map(compiled.map((one) => [one.id, one])));
    const fold = new Fold(rulesOf, undefined, (one) => places.around(one));
    const effects: AlarmEffect[] = [];
    fold.tick(0, town, effects);
    for (let at = 0; at <= 30; at++)
      for (const [i, one] of town.entries()) {
        const measuredAt = at * minute + i * 1000;
        const water = rising.includes(one.id) ? at - 90 : -90;
        const values: Record<string, number> = one.type === 'flood-gauge' ? { level: 12 } : { water_level: water };
        fold.sample(one, { deviceId: one.id, measuredAt, receivedAt: measuredAt, values }, effects);
      }
    return effects.flatMap((effect) => (effect.kind === 'raised' ? [effect.deviceId] : []));
  }

  const [downstream] = /devices\(downstream.*>= 3/.exec(page)!;
  test(`${downstream}: three covers downstream of a gauge rise`, () => {
    expect(trueFor(downstream, ['cover-1', 'cover-2', 'cover-3'])).toEqual(['gauge-1']);
    expect(trueFor(downstream, ['cover-8', 'cover-2', 'cover-3'])).toEqual([]);
  });

  test('upstream is the other way, and without a path there is no number', () => {
    const types = '"manhole-cover", rate(water_level, 10 min) > 30 cm/h';
    expect(trueFor(`devices(upstream, ${types}) >= 1`, ['cover-1'])).toEqual([]);
    expect(trueFor(`devices(upstream, ${types}) < 1`, [])).toEqual(['gauge-1', 'gauge-2']);
    expect(trueFor(`share(downstream, ${types}) >= 100 %`, ['cover-8', 'cover-3'])).toEqual(['gauge-2']);
  });
});

describe('devices that are counted', () => {
  const three = [device('a'), device('b', 'g1', 300), device('c', 'g2', 900)];

  test('are those of the same grid, the device itself included', () => {
    const rows: [number, string, Record<string, number>][] = [
      [1, 'a', { level: 12 }],
      [2, 'c', { level: 12 }],
      [3, 'a', { level: 12 }],
      [4, 'b', { level: 12 }],
      [5, 'a', { level: 12 }],
      [6, 'b', { level: 2 }],
      [7, 'a', { level: 12 }],
    ];
    expect(story('devices(grid, level > 10 cm) >= 2', three, rows)).toEqual([
      '4 b raised',
      '4 a raised',
      '6 b cleared',
      '6 a cleared',
    ]);
  });

  test('are those within a distance', () => {
    const rows = three.map(({ id }, i) => [i + 1, id, { level: 12 }] as Row);
    expect(story('devices(500 m, level > 10 cm) >= 2', three, rows)).toEqual(['2 b raised', '2 a raised']);
    expect(story('devices(700 m, level > 10 cm) >= 3', three, rows)).toEqual(['3 b raised']);
  });

  test('may be of another type, and counted as a share', () => {
    const well = (id: string): Device => ({ ...device(id), type: 'cover' });
    const devices = [device('a'), well('w1'), well('w2')];
    const rows: [number, string, Record<string, number>][] = [
      [1, 'w1', { water: 30 }],
      [1, 'w2', { water: 0 }],
      [2, 'a', { level: 1 }],
      [3, 'w2', { water: 40 }],
      [4, 'a', { level: 1 }],
    ];
    expect(story('share(grid, "cover", water > 20 cm) > 50 % && level >= 0 cm', devices, rows)).toEqual(['3 a raised']);
  });

  test('may be an official warning, which lowers a limit for as long as it is valid', () => {
    const warning: Device = { ...device('weather'), type: 'cover' };
    const rows: [number, string, Record<string, number>][] = [
      [1, 'a', { level: 12 }],
      [2, 'weather', { water: 3 }],
      [3, 'a', { level: 12 }],
      [4, 'weather', { water: 1 }],
      [5, 'a', { level: 12 }],
      [6, 'a', { level: 30 }],
    ];
    const when = 'level >= 27 cm || level >= 10 cm && devices(grid, "cover", water / 1 cm >= orange) >= 1';
    expect(story(when, [device('a'), warning], rows)).toEqual(['2 a raised', '4 a cleared', '6 a raised']);
  });

  test('of which nothing is known any more neither raise an alarm nor end one', () => {
    const rows: [number, string, Record<string, number>][] = [
      [1, 'b', { level: 12 }],
      [2, 'a', { level: 12 }],
      // The gap of the rule is three minutes: b is not known from 5 on.
      [6, 'a', { level: 12 }],
      [8, 'b', { level: 12 }],
      [9, 'b', { level: 1 }],
      [10, 'a', { level: 12 }],
    ];
    const told = story('devices(grid, level > 10 cm) >= 2', three.slice(0, 2), rows);
    expect(told).toEqual(['2 a raised', '2 b raised', '9 b cleared', '9 a cleared']);
  });
});

test('a device is judged when another one changes, as long as it has been heard itself', () => {
  const rows: [number, string, Record<string, number>][] = [
    [1, 'a', { level: 2 }],
    [2, 'b', { level: 12 }],
    [3, 'b', { level: 2 }],
    // The gap of the rule is three minutes: what a would say now nobody knows.
    [5, 'b', { level: 12 }],
  ];
  const when = 'level < 5 cm && devices(grid, level > 10 cm) >= 1';
  const [a, b] = [device('a'), device('b')];
  expect(story(when, [a, b], rows)).toEqual(['2 a raised', '3 a cleared']);
  // Heard late, and before that: now it is known.
  const fold = foldOf(when);
  const effects: AlarmEffect[] = [];
  fold.tick(0, [a, b], effects);
  for (const [at, id, values] of [...rows, [4, 'a', { level: 2 }] as const])
    fold.sample(id === 'a' ? a : b, { deviceId: id, measuredAt: at * minute, receivedAt: 6 * minute, values }, effects);
  expect(effects.at(-1)).toMatchObject({ kind: 'rejudged', found: [{ deviceId: 'a', raisedAt: 5 * minute }] });
});

test('of a whole area that floods at once each device is judged when another changes, with little work', () => {
  const devices = Array.from({ length: 100 }, (_, i) => device(`d${i}`));
  const rows = [0, 12, 12, 2].flatMap((level, round) =>
    devices.map(({ id }, i): [number, string, Record<string, number>] => [round + i / 1000, id, { level }]),
  );
  const told = story('share(grid, level > 10 cm) >= 50 %', devices, rows);
  expect(told.filter((line) => line.endsWith('raised')).length).toBe(100);
  expect(told.filter((line) => line.endsWith('cleared')).length).toBe(100);
  expect(new Set(told.map((line) => line.split(' ')[0]))).toEqual(new Set(['1.049', '3.05']));
});

test.each([
  ['devices(street 5, level > 10 cm) > 1', /in /],
  [
    'devices(home, level > 10 cm) > 1',
    /at "home" .*looks in grid, community, street, district, downstream, upstream, or around/,
  ],
  ['devices(grid, leve > 10 cm) > 1', /there is no channel leve; there are level/],
  [
    'devices(grid, "lamp", level > 10 cm) > 1',
    /at "\\"lamp\\"".*no device type lamp; there are test-type|no device type lamp/,
  ],
  ['devices(grid, level > 10 cm) == 2', /compared with >, >=, < or <=/],
  ['devices(grid, level > 10 cm) > 2 cm', /number without unit, 2 cm is a length/],
])('%s is refused', (when, message) => {
  expect(compileType(gauges(when)).problems[0]!.message).toMatch(message);
});

test.each([
  ['devices(grid, avg(level, 2 min) > 12 cm) >= 2', {}],
  [
    'devices(grid, level > 12 cm) >= 2',
    { forMs: 2 * minute, clear: 'devices(grid, level > 10 cm) < 2', clearForMs: minute },
  ],
  ['level > 8 cm && share(grid, level > 12 cm) >= 50 %', { atLeast: { readings: 3, of: 5 } }],
])(
  'whoever counts others by %s is right in the end, in whatever order samples come and through restarts',
  (when, more) => {
    const devices = ['a', 'b', 'c', 'd'].map((id) => device(id));
    const random = randomFrom(7);
    const samples: Sample[] = [];
    for (let at = 0; at < 240 * minute; at += 20_000) {
      const { id } = devices[Math.floor(random() * devices.length)]!;
      if (random() < 0.2) continue;
      const level = Math.round(10 + 8 * Math.sin(at / 1_500_000 + id.charCodeAt(0)) + 4 * random());
      samples.push({ deviceId: id, measuredAt: at, receivedAt: at, values: { level } });
    }
    const run = (arrivals: readonly Sample[], restarts: readonly number[]) => {
      let fold = foldOf(when, more);
      const effects: AlarmEffect[] = [];
      fold.tick(0, devices, effects);
      const kept = new Map<string, string>();
      arrivals.forEach((sample, i) => {
        fold.sample(devices.find(({ id }) => id === sample.deviceId)!, sample, effects);
        if (!restarts.includes(i)) return;
        for (const { key, state } of [fold.clock, ...devices.flatMap(({ id }) => fold.partsOf(id))])
          kept.set(key, JSON.stringify(state));
        fold = foldOf(when, more);
        for (const [key, state] of kept) fold.restore(key, JSON.parse(state));
        fold.meet(devices);
      });
      fold.settle(0, effects);
      return recordOf(effects);
    };
    const ordered = run(samples, []);
    expect(ordered.split('\n').length).toBeGreaterThan(4);
    for (let seed = 1; seed <= 6; seed++) {
      const { arrivals, restarts } = arrivalsOf(samples, {
        seed,
        latestMs: seed % 2 ? boundMs - 1 : boundMs / 4,
        late: seed % 3 ? 0.3 : 1,
        repeated: 0.1,
        restarts: 3,
      });
      expect(run(arrivals, restarts)).toBe(ordered);
    }
  },
);

test('of many late changes elsewhere the first is judged at once, and all others together at the next tick', () => {
  const [a, b] = [device('a'), device('b')];
  const fold = foldOf('devices(grid, level > 10 cm) >= 2');
  const effects: AlarmEffect[] = [];
  fold.tick(0, [a, b], effects);
  const take = (one: Device, at: number, level: number) =>
    fold.sample(
      one,
      { deviceId: one.id, measuredAt: at * minute, receivedAt: 20 * minute, values: { level } },
      effects,
    );
  for (let at = 1; at <= 20; at++) take(a, at, 12);
  // It says nothing else than was known.
  const known = effects.length;
  take(b, 20, 2);
  take(b, 19, 2);
  take(b, 18, 2);
  expect(effects.length).toBe(known);
  fold.tick(20 * minute, [a, b], effects);
  const told = () => effects.filter((one) => one.kind === 'rejudged' && one.deviceId === 'a').length;
  take(b, 5, 12);
  expect(told()).toBe(1);
  take(b, 9, 12);
  take(b, 7, 2);
  take(b, 12, 12);
  expect(told()).toBe(1);
  fold.tick(20 * minute, [a, b], effects);
  expect(told()).toBe(2);
  const raised = recordOf(effects)
    .split('\n')
    .filter((line) => line.includes('"deviceId":"a"'));
  expect(raised.map((line) => (JSON.parse(line) as { raisedAt: number }).raisedAt / minute)).toEqual([5, 9]);
});
