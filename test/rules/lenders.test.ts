import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Area } from '../../src/model/area.ts';
import type { Device } from '../../src/model/device.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { gaussFrom } from '../baseline/series.ts';
import { deviceType, testDevice } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const type = deviceType({
  channels: { level: 'cm' },
  baseline: ['level'],
  rules: [
    {
      name: 'unusual',
      maxGapMs: 30 * minute,
      levels: [{ severity: 'blue', when: 'baseline(level).score > 0.96', forMs: 10 * minute }],
    },
  ],
});
const rulesOf = rulesByType(new Map([[type.id, compileType(type)]]));

const places = new Places();
const area = (id: string, tier: Area['tier'], parentId: string | null): Area => ({
  id,
  tier,
  parentId,
  name: { zh: id, en: id },
  polygon: { type: 'Polygon', coordinates: [] },
});
places.setAreas([
  area('c1', 'community', null),
  area('c2', 'community', null),
  area('g1', 'grid', 'c1'),
  area('g2', 'grid', 'c1'),
  area('g3', 'grid', 'c2'),
]);
const at = (id: string, gridId: string, north: number): Device => ({
  ...testDevice,
  id,
  gridId,
  latitude: 30 + north / 111_195,
});
const newFold = (rules = rulesOf) => new Fold(rules, undefined, (one) => places.around(one));

/** A town in which the devices have measured for five days. */
class Town {
  fold: Fold;
  readonly effects: AlarmEffect[] = [];
  readonly kept = new Map<string, string>();
  readonly #gauss = gaussFrom(4);
  readonly devices: Device[];

  constructor(known: Device[], fresh: Device[], rules = rulesOf) {
    this.fold = newFold(rules);
    this.devices = [...known, ...fresh];
    this.fold.tick(0, this.devices, this.effects);
    for (let time = 0; time < 5 * day; time += 10 * minute)
      for (const one of known) this.take(one, time, 10 + 3 * Math.sin((2 * Math.PI * time) / day) + this.#gauss());
  }

  take(device: Device, time: number, level: number): void {
    const sample = { deviceId: device.id, measuredAt: time, receivedAt: time, values: { level } };
    this.fold.sample(device, sample, this.effects);
  }

  restart(): void {
    for (const { key, state } of [this.fold.clock, ...this.devices.flatMap(({ id }) => this.fold.partsOf(id))])
      this.kept.set(key, JSON.stringify(state));
    this.fold = newFold();
    for (const [key, state] of this.kept) this.fold.restore(key, JSON.parse(state));
    this.fold.tick(5 * day, this.devices, this.effects);
  }

  get raised(): string[] {
    return this.effects.flatMap((one) =>
      one.kind === 'raised' ? [`${one.deviceId} ${(one.at - 5 * day) / minute}`] : [],
    );
  }
}

const known = [at('a', 'g1', 0), at('b', 'g1', 300), at('c', 'g1', 200), at('d', 'g2', 50), at('e', 'g3', 60)];

test('a device without a history begins with those of its type in its grid, the nearest first', () => {
  const fresh = at('new', 'g1', 10);
  const town = new Town(known, [fresh]);
  expect(town.fold.borrowedFrom(fresh, 'level')).toEqual([]);
  town.take(fresh, 5 * day, 10);
  expect(town.fold.borrowedFrom(fresh, 'level')).toEqual(['a', 'c', 'b']);
  const { low, middle, high } = town.fold.normal(fresh, 'level', [5 * day + 6 * hour])[0]!;
  expect(middle).toBeGreaterThan(11);
  expect(low).toBeLessThan(middle);
  expect(high).toBeGreaterThan(middle);
  for (let m = 10; m < 60; m += 10) town.take(fresh, 5 * day + m * minute, 10);
  expect(town.raised.filter((line) => line.startsWith('new'))).toEqual([]);
  // In its first hour already.
  for (let m = 60; m < 120; m += 10) town.take(fresh, 5 * day + m * minute, 90);
  expect(town.raised.filter((line) => line.startsWith('new'))).toEqual(['new 70']);
});

test('a rule can leave what is borrowed aside', () => {
  const own = { ...type.rules[0]!.levels[0]!, when: 'baseline(level).score > 0.96 && !baseline(level).borrowed' };
  const compiled = compileType({ ...type, rules: [{ ...type.rules[0]!, levels: [own] }] });
  expect(compiled.problems).toEqual([]);
  const fresh = at('new', 'g1', 10);
  const town = new Town(known, [fresh], rulesByType(new Map([[type.id, compiled]])));
  for (let m = 0; m < 120; m += 10) town.take(fresh, 5 * day + m * minute, 90);
  expect(town.raised.filter((line) => line.startsWith('new'))).toEqual([]);
  for (let m = 0; m < 120; m += 10) town.take(known[0]!, 5 * day + m * minute, 90);
  expect(town.raised.filter((line) => line.startsWith('a'))).toEqual(['a 10']);
});

test('where its grid has too few those of its community do, and where that has too few nobody', () => {
  const [near, far] = [at('near', 'g2', 40), at('far', 'g3', 40)];
  const town = new Town(known, [near, far]);
  town.take(near, 5 * day, 10);
  town.take(far, 5 * day, 10);
  expect(town.fold.borrowedFrom(near, 'level')).toEqual(['d', 'a', 'c', 'b']);
  expect(town.fold.borrowedFrom(far, 'level')).toEqual([]);
  expect(town.fold.normal(far, 'level', [5 * day])).toEqual([]);
});

test('after a restart it goes on as it would have', () => {
  const fresh = at('new', 'g1', 10);
  const [going, stopped] = [new Town(known, [fresh]), new Town(known, [fresh])];
  const gauss = gaussFrom(8);
  for (let m = 0; m < 4 * 24 * 60; m += 10) {
    const level = 10 + gauss() + (m % 700 < 60 ? 12 : 0);
    if ([10, 60, 610, 2_000].includes(m)) stopped.restart();
    for (const town of [going, stopped]) {
      town.take(fresh, 5 * day + m * minute, level);
      const [a] = known;
      town.take(a!, 5 * day + m * minute, level);
    }
    expect(stopped.fold.borrowedFrom(fresh, 'level')).toEqual(going.fold.borrowedFrom(fresh, 'level'));
  }
  expect(going.raised.filter((line) => line.startsWith('new')).length).toBeGreaterThan(2);
  expect(stopped.raised).toEqual(going.raised);
  expect(going.fold.borrowedFrom(fresh, 'level')).toEqual([]);
});
