import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import { emptySite } from '../../src/model/site.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { randomFrom } from '../support/random.ts';
import { arrivalsOf, disturbance, recordOf } from './disturbed.ts';
import { deviceType, type Row, storyOf, testDevice } from './support.ts';

const minute = 60_000;
const boundMs = 30 * minute;

const gauges = (when: string) => ({
  ...deviceType({
    channels: { level: 'cm', rain: 'mm' },
    baseline: ['level'],
    rules: [{ name: 'alone', levels: [{ severity: 'blue', when }], maxGapMs: 3 * minute }],
  }),
  latenessMs: boundMs,
});
const raingauge = { ...deviceType({ channels: { rain: 'mm' }, rules: [] }), id: 'rain-gauge', latenessMs: boundMs };

const device = (id: string, gridId = 'g1', north = 0): Device => ({
  ...testDevice,
  id,
  gridId,
  latitude: 30 + north / 111_195,
});
const places = new Places(undefined, {
  ...emptySite,
  drainage: new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['c'])],
    ['c', new Set()],
  ]),
});

function foldOf(when: string) {
  const types = new Map([gauges(when), raingauge].map((one) => [one.id, one]));
  const compiled = [...types.values()].map((one) => compileType({ ...one, others: () => types }));
  expect(compiled.flatMap(({ problems }) => problems)).toEqual([]);
  const rulesOf = rulesByType(new Map(compiled.map((one) => [one.id, one])));
  return new Fold(rulesOf, undefined, (one) => places.around(one));
}

/** What is said when samples come in their order. */
const story = (when: string, devices: Device[], rows: Row[]) => storyOf(foldOf(when), devices, rows);

const at = (minutes: number, levels: Record<string, number>): Row[] =>
  Object.entries(levels).map(([id, level]) => [minutes, id, { level }]);
const four = ['a', 'b', 'c', 'd'].map((id) => device(id));

describe('neighbours', () => {
  test('are the others of the grid, without the device itself', () => {
    const rows = [...at(1, { b: 2, c: 3, d: 50, a: 20 }), ...at(2, { b: 18, a: 20 }), ...at(3, { b: 9, a: 20 })];
    // The median of b, c and d is 3, then 18, then 9; of d's own neighbours it is low all the time.
    expect(story('level > neighbours(grid, level).median + 5 cm && level < 40 cm', four, rows)).toEqual([
      '1 a raised',
      '2 a cleared',
      '3 a raised',
    ]);
  });

  test('have a least and a greatest value, and a number', () => {
    const rows = at(1, { b: 2, c: 3, d: 50, a: 20 });
    const when = (parts: string) => story(parts, four, rows).includes('1 a raised');
    expect(when('level == 20 cm && neighbours(grid, level).min == 2 cm')).toBe(true);
    expect(when('level == 20 cm && neighbours(grid, level).max == 0.5 m')).toBe(true);
    expect(when('level == 20 cm && neighbours(grid, level).count == 3')).toBe(true);
    expect(when('level == 20 cm && neighbours(grid, level - 1 cm).max - neighbours(grid, level).min == 47 cm')).toBe(
      true,
    );
  });

  test('of an even number have the mean of the middle two', () => {
    const five = [...four, device('e')];
    const rows = at(1, { b: 2, c: 3, d: 50, e: 5, a: 20 });
    expect(story('level == 20 cm && neighbours(grid, level).median == 4 cm', five, rows)).toEqual(['1 a raised']);
  });

  test('must be three to be known, unless the rule says how many', () => {
    const three = four.slice(0, 3);
    const rows = at(1, { b: 1, c: 1, a: 20 });
    const rises = 'level > 10 cm && level > neighbours(grid, level';
    expect(story(`${rises}).median`, three, rows)).toEqual([]);
    // What is not known is not false either.
    expect(story(`!(${rises}).median)`, three, at(1, { b: 1, c: 1, a: 20 }))).toEqual(['1 b raised', '1 c raised']);
    expect(story(`${rises}, 2).median`, three, rows)).toEqual(['1 a raised']);
    expect(story(`${rises}, 3).median`, three, rows)).toEqual([]);
  });

  test('that are silent for longer than the gap are left out', () => {
    const rows = [...at(1, { b: 1, c: 1, d: 1 }), ...at(4, { a: 20 }), ...at(4.5, { a: 20 })];
    // The gap is three minutes.
    expect(story('level > neighbours(grid, level).median', four, rows)).toEqual(['4 a raised']);
    expect(story('level > 10 cm && neighbours(grid, level).count < 3', four, rows)).toEqual(['4.5 a raised']);
  });

  test('without the channel are left out, whatever a sum of nothing is', () => {
    const rows: Row[] = [0, 1, 2, 3].flatMap((minute): Row[] => [
      [minute, 'b', { level: 1 }],
      [minute, 'c', { level: 1, rain: 0 }],
      [minute, 'd', { level: 1, rain: 2 }],
    ]);
    rows.push([3, 'a', { level: 1, rain: 1 }]);
    expect(story('rain == 1 mm && neighbours(grid, sum(rain, 3 min)).count == 2', four, rows)).toEqual(['3 a raised']);
    expect(story('rain == 1 mm && neighbours(grid, sum(rain, 1 h)).count == 2', four, rows)).toEqual([]);
  });

  test('are those within a distance, and not those further away', () => {
    const spread = [device('a'), device('b', 'g2', 100), device('c', 'g2', 200), device('d', 'g2', 900)];
    const rows = at(1, { b: 1, c: 2, d: 3, a: 20 });
    expect(story('level > 10 cm && neighbours(500 m, level, 1).max == 2 cm', spread, rows)).toEqual(['1 a raised']);
    expect(story('level > 10 cm && neighbours(1 km, level, 1).max == 3 cm', spread, rows)).toEqual(['1 a raised']);
  });

  test('are the twenty nearest, whoever was heard first, and one of them that is silent is not replaced', () => {
    const row = Array.from({ length: 30 }, (_, i) => device(`n${i}`, 'g1', 10 * (i + 1)));
    const rows = (ids: number[]) => at(1, Object.fromEntries(ids.map((i) => [`n${i}`, i])));
    const all = [...Array(30).keys()];
    const asking: Row = [2, 'a', { level: 50 }];
    for (const order of [all, all.toReversed()]) {
      const when = (what: string) =>
        story(`level == 50 cm && ${what}`, [device('a'), ...row], [...rows(order), asking]);
      expect(when('neighbours(grid, level).max == 19 cm')).toEqual(['2 a raised']);
      expect(when('neighbours(1 km, level).count == 20')).toEqual(['2 a raised']);
      expect(when('neighbours(155 m, level).count == 15')).toEqual(['2 a raised']);
    }
    const silent = rows(all.filter((i) => i !== 4));
    expect(
      story('level == 50 cm && neighbours(grid, level).count == 19', [device('a'), ...row], [...silent, asking]),
    ).toEqual(['2 a raised']);
  });

  test('are those on the way of the water; a device that stands on none has none that is known', () => {
    const rows = [...at(1, { c: 9 }), ...at(2, { b: 6 }), ...at(3, { a: 3, d: 3 }), ...at(3.5, { c: 9 })];
    expect(story('neighbours(downstream, level, 1).max == 9 cm', four, rows)).toEqual(['2 b raised', '3 a raised']);
    expect(story('neighbours(upstream, level, 2).min == 3 cm', four, rows)).toEqual(['3.5 c raised']);
    expect(story('level < 5 cm && neighbours(upstream, level).count < 1', four, rows)).toEqual(['3 a raised']);
  });

  test('whose reading of the same moment comes a little later are seen as well', () => {
    const fold = foldOf('level > 10 cm && level > neighbours(grid, level).median + 5 cm');
    const effects: AlarmEffect[] = [];
    fold.tick(0, four, effects);
    const take = (id: string, level: number) =>
      fold.sample(
        four.find((one) => one.id === id)!,
        { deviceId: id, measuredAt: minute, receivedAt: minute, values: { level } },
        effects,
      );
    take('a', 20);
    take('b', 19);
    take('c', 1);
    expect(recordOf(effects)).toBe('');
    take('d', 1);
    fold.tick(minute, four, effects);
    expect(recordOf(effects).match(/"deviceId":"\w"/g)).toEqual(['"deviceId":"a"', '"deviceId":"b"']);
    // Of two values for one moment the greater one counts.
    take('d', 22);
    fold.tick(minute + 1000, four, effects);
    expect(recordOf(effects)).toBe('');
  });

  test('of which many hear something late are judged again a part at each tick, and all of them in the end', () => {
    const low = device('a');
    const town = [low, ...Array.from({ length: 80 }, (_, i) => device(`n${i}`))];
    const fold = foldOf('level > 10 cm && neighbours(grid, level, 1).min < 5 cm');
    const effects: AlarmEffect[] = [];
    fold.tick(0, town, effects);
    const take = (one: Device, level: number, measuredAt: number) =>
      fold.sample(one, { deviceId: one.id, measuredAt, receivedAt: 2 * minute, values: { level } }, effects);
    for (const one of town.slice(1)) take(one, 20, 2 * minute);
    take(low, 1, 90_000);
    const alarms = () =>
      recordOf(effects)
        .split('\n')
        .filter((line) => line !== '').length;
    expect(alarms()).toBe(0);
    const after = [1, 2, 3].map((seconds) => {
      fold.tick(2 * minute + seconds * 1000, town, effects);
      return alarms();
    });
    expect(after).toEqual([50, 80, 80]);
  });

  test('are found anew when one of them was moved, also while Tocsin was down', () => {
    const when = 'level > 10 cm && neighbours(500 m, level, 1).max < 5 cm';
    const [a, b] = [device('a'), device('b', 'g1', 100)];
    const effects: AlarmEffect[] = [];
    const take = (fold: Fold, one: Device, at: number, level: number) =>
      fold.sample(
        one,
        { deviceId: one.id, measuredAt: at * minute, receivedAt: at * minute, values: { level } },
        effects,
      );
    const raised = () =>
      recordOf(effects)
        .split('\n')
        .filter((line) => line !== '').length;
    const before = foldOf(when);
    before.tick(0, [a, b], effects);
    take(before, b, 1, 1);
    take(before, a, 1, 20);
    expect(raised()).toBe(1);
    const parts = [before.clock, ...[a, b].flatMap(({ id }) => before.partsOf(id))];
    const kept = JSON.parse(JSON.stringify(parts)) as typeof parts;

    // Taken to the other end of the town.
    const away = { ...b, latitude: b.latitude + 1 };
    const after = foldOf(when);
    for (const { key, state } of kept) after.restore(key, state);
    after.tick(2 * minute, [a, away], effects);
    take(after, a, 2, 2);
    take(after, a, 3, 20);
    expect(raised()).toBe(1);

    // And back again.
    Object.assign(away, b);
    after.placesChanged();
    take(after, away, 4, 1);
    take(after, a, 4, 2);
    take(after, a, 5, 20);
    expect(raised()).toBe(2);
  });

  test('may be of another type, such as rain gauges', () => {
    const gauge = { ...device('r'), type: 'rain-gauge' };
    const when = 'delta(level, 2 min) > 5 cm && neighbours(grid, "rain-gauge", sum(rain, 2 min), 1).max < 0.2 mm';
    const rained = (rain: number): Row[] => [0, 1, 2].map((minute) => [minute, 'r', { rain }]);
    const rises = [...at(1, { a: 0 }), ...at(2, { a: 4 }), ...at(3, { a: 9 })];
    expect(story(when, [device('a'), gauge], [...rained(0), ...rises])).toEqual(['3 a raised']);
    expect(story(when, [device('a'), gauge], [...rained(3), ...rises])).toEqual([]);
    expect(story(when, [device('a'), gauge], rises)).toEqual([]);
  });

  test('can be asked for what their baselines say', () => {
    const rows: Row[] = [];
    // Four days of waves at all of them; in the end one rises.
    for (let m = 0; m < 4 * 24 * 60; m += 10)
      for (const id of ['b', 'c', 'd', 'a'])
        rows.push([m, id, { level: 5 + 3 * Math.sin(m / 60) + (id === 'a' && m > 5_000 ? 40 : 0) }]);
    const alone = 'baseline(level).score > 0.96 && neighbours(grid, baseline(level).score).median < 0.5';
    const told = story(alone, four, rows);
    expect(told[0]).toBe('5010 a raised');
    expect(told.filter((line) => !line.includes(' a '))).toEqual([]);
    const all = 'baseline(level).score > 0.96 && devices(grid, baseline(level).score > 0.5) >= 2';
    expect(story(all, four, rows)).toEqual([]);
  });
});

test.each([
  ['neighbours(grid, level) > 3 cm', /after neighbours.* stands which part of it is meant: \.median/],
  ['neighbours(grid, level).middle > 3 cm', /there is no \.middle; there are neighbours\.median, neighbours\.min/],
  ['neighbours(home, level).median > 3 cm', /neighbours looks in grid, community, street, district, downstream/],
  ['neighbours(grid, leve).median > 3 cm', /there is no channel leve/],
  ['neighbours(grid, level > 3 cm).median > 3 cm', /a number is needed here, not a condition/],
  ['neighbours(grid, level).median > 3 mm/h', /level\)\.median is a length/],
  ['neighbours(grid, "lamp", level).median > 3 cm', /no device type lamp/],
  ['neighbours(grid, hour()).median > 3', /in "hour\(\)": no channel is looked at/],
  ['neighbours(grid, level, 0).median > 3 cm', /how many neighbours must be known, 1 to 100/],
  ['neighbours(grid, neighbours(grid, level).median).median > 3 cm', /cannot be asked of others/],
  ['neighbours(grid).median > 3 cm', /is written neighbours\(community, /],
])('%s is refused', (when, message) => {
  expect(compileType(gauges(when)).problems[0]!.message).toMatch(message);
});

test.each([
  'level > neighbours(grid, level).median + 6 cm',
  'delta(level, 4 min) > 2 cm && neighbours(grid, delta(level, 4 min), 2).median < 1 cm',
  'held(level > neighbours(500 m, avg(level, 2 min), 1).max) >= 2 min || neighbours(downstream, level).count == 2',
  'level > neighbours(grid, level, 2).min + 8 cm && share(grid, level > 12 cm) >= 50 %',
])('%s: the record is the same in whatever order samples come, through restarts and silences', (when) => {
  const random = randomFrom(11);
  const samples = Array.from({ length: 450 }, (_, i) => {
    const { id } = four[Math.floor(random() * four.length)]!;
    const measuredAt = i * 20_000;
    const level = Math.round(10 + 8 * Math.sin(measuredAt / 1_500_000 + id.charCodeAt(0)) + 4 * random());
    return { deviceId: id, measuredAt, receivedAt: measuredAt, values: { level } };
  }).filter(({ deviceId, measuredAt }) => deviceId !== 'b' || measuredAt % (60 * minute) > 20 * minute);
  const run = (arrivals: typeof samples, restarts: readonly number[]) => {
    let fold = foldOf(when);
    const effects: AlarmEffect[] = [];
    fold.tick(0, four, effects);
    const kept = new Map<string, string>();
    arrivals.forEach((sample, i) => {
      // Ticks come each second, samples more seldom here.
      fold.tick(sample.receivedAt, four, effects);
      fold.sample(four.find(({ id }) => id === sample.deviceId)!, sample, effects);
      if (!restarts.includes(i)) return;
      for (const { key, state } of [fold.clock, ...four.flatMap(({ id }) => fold.partsOf(id))])
        kept.set(key, JSON.stringify(state));
      fold = foldOf(when);
      for (const [key, state] of kept) fold.restore(key, JSON.parse(state));
    });
    fold.tick(1e9, four, effects);
    return recordOf(effects);
  };
  const ordered = run(samples, []);
  expect(ordered.split('\n').length).toBeGreaterThan(4);
  fc.assert(
    fc.property(disturbance(boundMs), (disturb) => {
      const { arrivals, restarts } = arrivalsOf(samples, disturb);
      expect(run(arrivals as typeof samples, restarts)).toBe(ordered);
    }),
    { seed: 5, numRuns: 6, endOnFailure: true },
  );
});
