import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSiteFile } from '../../src/devices/site-file.ts';
import type { Area } from '../../src/model/area.ts';
import { distanceM } from '../../src/rules/site/distance.ts';
import { LocalTime } from '../../src/rules/site/local-time.ts';
import { Places } from '../../src/rules/site/places.ts';
import { testDevice } from './support.ts';

const siteOf = (text: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-site-'));
  const file = join(folder, 'site.yaml');
  writeFileSync(file, text);
  try {
    return readSiteFile(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
const page = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
const example = /```site\n([\s\S]*?)```/.exec(page)![1]!;
const places = new Places('Asia/Shanghai', siteOf(example));
const around = (id: string) => places.around({ ...testDevice, id });
const at = (text: string) => Date.parse(`${text}:00+08:00`);

describe('the site of docs/rules.md', () => {
  test('has working days and days off', () => {
    const days = ['2026-09-30', '2026-10-01', '2026-10-07', '2026-10-08', '2026-10-10', '2026-10-11'];
    expect(days.map((day) => around('x').workday(at(`${day}T00:00`)))).toEqual([1, 0, 0, 1, 1, 0]);
    // In Chengdu it is the first of October already.
    expect(around('x').workday(Date.parse('2026-09-30T17:00:00Z'))).toBe(0);
  });

  test('knows when a place is open, over midnight too', () => {
    const open = (id: string, time: string) => around(id).open(at(time));
    expect(['09:59', '10:00', '13:59', '14:00', '21:29'].map((time) => open('fume-12', `2026-06-01T${time}`))).toEqual([
      0, 1, 1, 0, 1,
    ]);
    // 5 June 2026 is a Friday.
    expect(
      ['05T01:00', '05T18:00', '06T01:59', '06T02:00', '07T01:00', '07T19:00'].map((time) =>
        open('fume-13', `2026-06-${time}`),
      ),
    ).toEqual([0, 1, 1, 0, 1, 0]);
    expect(open('fume-99', '2026-06-01T12:00')).toBeNaN();
  });

  test('knows places and areas', () => {
    expect(around('x').distance('day-centre', 30.66, 104.07)).toBeCloseTo(956.5, 0);
    expect(around('x').distance('nowhere', 30, 104)).toBeNaN();
    expect(around('x').inside('lakeside', 30.6715, 104.081)).toBe(1);
    expect(around('x').inside('lakeside', 30.674, 104.08)).toBe(0);
    expect(around('x').inside('old-town', 30.655, 104.06)).toBe(1);
    expect(around('x').inside('old-town', 30.669, 104.051)).toBe(0);
  });

  test('knows where water goes, past the place where paths meet', () => {
    const downstream = (id: string) => around(id).downstream && [...around(id).downstream!].sort();
    expect(downstream('gauge-1')).toEqual(['cover-1', 'cover-2', 'cover-3', 'outlet-gauge']);
    expect(downstream('cover-8')).toEqual(['cover-3', 'outlet-gauge']);
    expect(downstream('outlet-gauge')).toEqual([]);
    expect(downstream('cover-99')).toBeNull();
  });
});

test('the areas of the device itself go by their tier, others by their id', () => {
  const area = (id: string, tier: Area['tier'], parentId: string | null, east: number): Area => {
    const ring: [number, number][] = [
      [104, 30],
      [104 + east, 30],
      [104 + east, 30.1],
      [104, 30.1],
      [104, 30],
    ];
    return { id, tier, parentId, name: { zh: id, en: id }, polygon: { type: 'Polygon', coordinates: [ring] } };
  };
  const town = new Places();
  town.setAreas([area('g1', 'grid', 'c1', 0.1), area('c1', 'community', null, 0.2)]);
  const here = town.around(testDevice);
  expect(here.inside('grid', 30.05, 104.15)).toBe(0);
  expect(here.inside('community', 30.05, 104.15)).toBe(1);
  expect(here.inside('c1', 30.05, 104.25)).toBe(0);
  expect(here.inside('street', 30.05, 104.15)).toBeNaN();
});

test('local time follows its zone through the change of summer time', () => {
  const berlin = new LocalTime('Europe/Berlin');
  const hours = ['2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z', '2026-10-25T00:59:00Z', '2026-10-25T01:00:00Z'];
  expect(hours.map((time) => berlin.offsetMs(Date.parse(time)) / 3_600_000)).toEqual([1, 2, 2, 1]);
});

test('a degree of latitude is 111 km', () => {
  expect(distanceM(30, 104, 31, 104)).toBeCloseTo(111_195, 0);
});

test.each([
  ['holidays: [tomorrow]', /site\.yaml:1: holidays\.0: "tomorrow" is no day/],
  ['places:\n  Home: [30, 104]', /small letters/],
  ['places:\n  centre: [104, 30, 2]', /site\.yaml:2: places\.centre: latitude and longitude/],
  ['areas:\n  lake: { around: [30, 104], radius: 3 miles }', /site\.yaml:2: areas\.lake/],
  ['open:\n  d1: [10-14]', /site\.yaml:2: open\.d1/],
  ['gateways: { g: gauge-1 }', /site\.yaml:1: gateways\.g: ids of devices, such as \[gauge-1/],
  ['gateways:\n  g: [a]\n  h: [b, a]', /site\.yaml:3: gateways\.h\.1: a stands behind g already; name only devices/],
  ['gateways:\n  g: [h]\n  h: [a]', /site\.yaml:2: gateways\.g\.0: h is a gateway itself/],
  ['gateways:\n  g: [g]', /site\.yaml:2: gateways\.g\.0: a gateway is not behind itself/],
  ['drainage:\n  - [a]', /site\.yaml:2: drainage\.0: a path has two devices or more, from the highest down/],
  ['drainage:\n  - [a, b c]', /site\.yaml:2: drainage\.0\.1: the id of a device/],
  ['drainage: { a: b }', /site\.yaml:1: drainage: paths of devices, from the highest down: \[\[/],
  ['drainage:\n  - [a, b, a]', /site\.yaml:2: drainage\.0\.2: water would run in a circle: b → a → b;/],
  [
    'drainage:\n  - [a, b, c]\n  - [d, c, e, b]',
    /site\.yaml:3: drainage\.1\.3: water would run in a circle: e → b → c → e;/,
  ],
])('a site file that says %s is refused', (text, message) => {
  expect(() => siteOf(text)).toThrow(message);
});
