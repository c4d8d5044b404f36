import { expect, test } from 'vitest';
import type { Area, Tier } from '../../src/model/area.ts';
import { gridAt, pathUp } from '../../src/response/areas.ts';

function square(id: string, tier: Tier, parentId: string | null, west: number, east: number): [string, Area] {
  const ring: [number, number][] = [
    [west, 30],
    [east, 30],
    [east, 31],
    [west, 31],
    [west, 30],
  ];
  return [id, { id, tier, parentId, name: { zh: id, en: id }, polygon: { type: 'Polygon', coordinates: [ring] } }];
}

const areas = new Map([
  square('district', 'district', null, 120, 124),
  square('street', 'street', 'district', 120, 124),
  square('community', 'community', 'street', 120, 122),
  square('west', 'grid', 'community', 120, 121),
  square('east', 'grid', 'community', 121, 122),
]);

test('a place is in the grid whose polygon it lies in, never in a larger area', () => {
  expect(gridAt(areas, 30.5, 120.5)?.id).toBe('west');
  expect(gridAt(areas, 30.5, 121.5)?.id).toBe('east');
  expect(gridAt(areas, 30.5, 123)).toBeNull();
});

test('a place on the border of two grids is in one of them, always the same', () => {
  expect(gridAt(areas, 30.5, 121)?.id).toBe('west');
});

test('the path leads from the grid to the district', () => {
  expect(pathUp(areas, 'east').map((area) => area.tier)).toEqual(['grid', 'community', 'street', 'district']);
  expect(pathUp(areas, 'nowhere')).toEqual([]);
});

test('areas that name each other as parents do not hang', () => {
  const ring = new Map([square('a', 'grid', 'b', 0, 1), square('b', 'community', 'a', 0, 1)]);
  expect(pathUp(ring, 'a').map((area) => area.id)).toEqual(['a', 'b']);
});
