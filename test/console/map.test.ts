import { expect, test } from 'vitest';
import type { Area } from '../../src/api/contract.ts';
import { areasAbove, boundsOf, centreOf, gridsWithin } from '../../src/console/logic/areas.ts';
import { freshness } from '../../src/console/logic/freshness.ts';
import { severityShape } from '../../src/console/logic/severity-shape.ts';
import { areaFeatures, labelFeatures } from '../../src/console/map/map-data.ts';
import { severities } from '../../src/model/severity.ts';

function area(id: string, parentId: string | null, ring: [number, number][]): Area {
  return { id, tier: 'grid', parentId, name: { zh: id, en: id }, polygon: { type: 'Polygon', coordinates: [ring] } };
}
const square = area('g1', 'c1', [
  [116, 39],
  [116.02, 39],
  [116.02, 39.01],
  [116, 39.01],
  [116, 39],
]);

test('a grid is coloured by its worst alarm and says how many there are', () => {
  const worst = new Map([['g1', { severity: 'red' as const, count: 3, unacknowledged: 1 }]]);
  const other = area('g2', 'c1', square.polygon.coordinates[0]!);
  const { features } = areaFeatures([square, other], worst);
  expect(features.map((feature) => feature.properties)).toMatchObject([
    { id: 'g1', severity: 'red', rank: 4, waiting: true },
    { id: 'g2', severity: 'none', rank: 0, waiting: false },
  ]);
  const labels = labelFeatures([square], worst, (one, found) => `${one.name.en} ${found?.count}`);
  expect(labels.features[0]!.properties!.label).toBe('g1 3');
});

test('a label stands in the middle of its area, and the map shows all areas', () => {
  const [x, y] = centreOf(square);
  expect(x).toBeCloseTo(116.01, 9);
  expect(y).toBeCloseTo(39.005, 9);
  expect(
    boundsOf([
      square,
      area('g2', null, [
        [115.9, 39],
        [116, 39.2],
        [115.9, 39],
      ]),
    ]),
  ).toEqual([115.9, 39, 116.02, 39.2]);
  expect(boundsOf([])).toBeNull();
});

test('the way up goes through every tier, and a broken chain ends it', () => {
  const areas = new Map(
    ['g1>c1', 'c1>s1', 's1>gone']
      .map((pair) => pair.split('>') as [string, string])
      .map(([id, parent]) => [id, area(id, parent, [])]),
  );
  expect(areasAbove(areas, 'g1').map((one) => one.id)).toEqual(['c1', 's1']);
});

test("one's own grids are those in one's areas of any tier, and those named themselves", () => {
  const community = { ...area('c1', null, []), tier: 'community' as const };
  const areas = new Map(
    [community, area('g1', 'c1', []), area('g2', 'c1', []), area('g3', 'c2', [])].map((one) => [one.id, one]),
  );
  expect([...gridsWithin(areas, ['c1'])]).toEqual(['g1', 'g2']);
  expect([...gridsWithin(areas, ['g2', 'g3'])]).toEqual(['g2', 'g3']);
  expect([...gridsWithin(areas, ['gone'])]).toEqual([]);
});

test('the four severities have four different shapes', () => {
  expect(new Set(severities.map((severity) => severityShape(severity, 32).path)).size).toBe(4);
});

test('a device is late after missed reports and silent after more', () => {
  expect([1, 2.4, 3, 6].map((periods) => freshness(periods * 60_000, 0, 60_000))).toEqual([
    'fresh',
    'fresh',
    'late',
    'silent',
  ]);
});
