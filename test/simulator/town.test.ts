import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { expect, test } from 'vitest';
import { buildTown } from '../../simulator/town.ts';
import { Area, NewDevice, NewPerson } from '../../src/api/contract.ts';
import { tiers } from '../../src/model/area.ts';

const town = buildTown(1_000);

test('the town is a district of two streets, three communities and twelve grids', () => {
  const count = (tier: string) => town.areas.filter((area) => area.tier === tier).length;
  expect(tiers.map(count)).toEqual([12, 3, 2, 1]);
  const byId = new Map(town.areas.map((area) => [area.id, area]));
  for (const area of town.areas) {
    const parent = area.parentId === null ? undefined : byId.get(area.parentId);
    expect(parent?.tier).toBe(tiers[tiers.indexOf(area.tier) + 1]);
  }
});

test('every device stands in its grid and in no other, and so in everything above it', () => {
  const byId = new Map(town.areas.map((area) => [area.id, area]));
  for (const device of town.devices) {
    const around = town.areas.filter(({ polygon }) =>
      booleanPointInPolygon([device.longitude, device.latitude], polygon),
    );
    const above: string[] = [];
    for (let at = byId.get(device.gridId); at; at = byId.get(at.parentId ?? '')) above.push(at.id);
    expect(around.map(({ id }) => id).sort()).toEqual(above.sort());
  }
});

test('two hundred devices give every grid one of each type', () => {
  const { devices, grids } = buildTown(200);
  const types = ['elder-wristband', 'flood-gauge', 'kitchen-fume', 'manhole-cover', 'road-sign'];
  for (const { id } of grids) {
    const here = new Set(devices.filter(({ gridId }) => gridId === id).map(({ type }) => type));
    expect([...here].sort()).toEqual(types);
  }
});

test('the same seed gives the same devices, and more of them contain the fewer', () => {
  expect(buildTown(1_000)).toEqual(town);
  expect(buildTown(1_200).devices.slice(0, 1_000)).toEqual(town.devices);
});

test('a name is short and in one language: it stands in lists, on the map and in messages', () => {
  for (const { name } of town.devices) expect(name).toMatch(/^\p{Script=Han}{3}\d{1,3}号\p{Script=Han}{3,5}$/u);
});

test('another seed is other devices in the same areas', () => {
  const other = buildTown(1_000, 2);
  expect(other.areas).toEqual(town.areas);
  const ids = new Set(town.devices.map(({ id }) => id));
  expect(other.devices.filter(({ id }) => ids.has(id))).toEqual([]);
  expect(other.devices.map(({ latitude }) => latitude)).not.toEqual(town.devices.map(({ latitude }) => latitude));
});

test('every area has a person on duty, and the API would take all of it', () => {
  expect(town.duty.map(({ areaId }) => areaId).sort()).toEqual(town.areas.map(({ id }) => id).sort());
  expect(new Set(town.people.map(({ name }) => name)).size).toBe(town.people.length);
  expect(new Set(town.devices.map(({ id }) => id)).size).toBe(town.devices.length);
  for (const area of town.areas) Area.parse(area);
  for (const person of town.people) NewPerson.parse({ ...person, password: 'long enough' });
  for (const device of town.devices) NewDevice.parse(device);
});
