import type { Area } from '../src/model/area.ts';
import type { Role } from '../src/model/role.ts';
import { Random } from './random.ts';
import { communities, district, people, roads, streets } from './town-names.ts';
import { TownShape } from './town-shape.ts';

export interface TownPerson {
  login: string;
  name: string;
  role: Role;
  areaIds: string[];
}

export interface TownDevice {
  id: string;
  type: string;
  name: string;
  latitude: number;
  longitude: number;
  gridId: string;
}

/** Everything about the simulated town, to be put into a Tocsin through its API. */
export interface Town {
  /** From the district down, so that a parent comes before its children. */
  areas: Area[];
  grids: Area[];
  people: TownPerson[];
  /** Each area's person is on duty at all hours. */
  duty: { areaId: string; login: string }[];
  devices: TownDevice[];
}

/** In which order a grid gets its devices: about as many of each as a real one has. */
const pattern = [
  'flood-gauge',
  'manhole-cover',
  'kitchen-fume',
  'elder-wristband',
  'road-sign',
  'manhole-cover',
  'elder-wristband',
  'flood-gauge',
  'manhole-cover',
  'kitchen-fume',
  'elder-wristband',
  'manhole-cover',
  'elder-wristband',
  'kitchen-fume',
  'manhole-cover',
  'flood-gauge',
  'manhole-cover',
];

/** By type: how its ids begin, and how the names of its devices end. */
const kinds: Record<string, { id: string; name: string }> = {
  'flood-gauge': { id: 'gauge', name: '积水监测仪' },
  'manhole-cover': { id: 'cover', name: '智能井盖' },
  'kitchen-fume': { id: 'fume', name: '油烟监测仪' },
  'elder-wristband': { id: 'band', name: '长者手环' },
  'road-sign': { id: 'sign', name: '情报板' },
};

/**
 * Builds the town: a district of two streets, three communities and twelve grids, with a person on duty in each area.
 * The same seed gives the same devices; a larger number adds to them. Another seed is other devices in the same town.
 */
export function buildTown(devices: number, seed = 1): Town {
  const { areas, places } = buildAreas();
  const grids = areas.filter(({ tier }) => tier === 'grid');
  const staff = areas.map(({ id, tier }, index): TownPerson => {
    const role: Role = tier === 'grid' ? 'grid-worker' : 'duty-officer';
    return { login: id, name: people[index % people.length]!, role, areaIds: [id] };
  });
  return {
    areas,
    grids,
    people: staff,
    duty: staff.map(({ login }) => ({ areaId: login, login })),
    devices: Array.from({ length: devices }, (_, index) => placeDevice(index, grids, places, seed)),
  };
}

type Place = (random: Random) => { longitude: number; latitude: number };

function buildAreas(): { areas: Area[]; places: Place[] } {
  const shape = new TownShape(2 * communities.length, 2);
  const areas: Area[] = [
    { ...district, tier: 'district', parentId: null, polygon: shape.block(0, 0, shape.columns, shape.rows) },
  ];
  const columnOf = (id: string) => 2 * communities.findIndex((community) => community.id === id);
  for (const { id, name } of streets) {
    const inIt = communities.filter(({ street }) => street === id);
    const polygon = shape.block(columnOf(inIt[0]!.id), 0, 2 * inIt.length, 2);
    areas.push({ id, name, tier: 'street', parentId: district.id, polygon });
  }
  for (const { id, name, street } of communities) {
    const polygon = shape.block(columnOf(id), 0, 2, 2);
    areas.push({ id, name: { zh: name.zh, en: `${name.en} Community` }, tier: 'community', parentId: street, polygon });
  }
  const places: Place[] = [];
  for (const community of communities) {
    for (let number = 1; number <= 4; number++) {
      const column = columnOf(community.id) + ((number - 1) % 2);
      const row = number <= 2 ? 1 : 0;
      const { zh, en } = community.name;
      areas.push({
        id: `${community.id}-${number}`,
        name: { zh: `${zh}第${'一二三四'[number - 1]}网格`, en: `${en} Grid ${number}` },
        tier: 'grid',
        parentId: community.id,
        polygon: shape.block(column, row, 1, 1),
      });
      places.push((random) => shape.inside(column, row, random.next(), random.next()));
    }
  }
  return { areas, places };
}

function placeDevice(index: number, grids: Area[], places: Place[], seed: number): TownDevice {
  const grid = index % grids.length;
  const round = Math.floor(index / grids.length);
  const type = pattern[round % pattern.length]!;
  const kind = kinds[type]!;
  const random = new Random(seed, 'device', index);
  const house = Math.floor(random.between(1, 180));
  return {
    id: `${kind.id}-${seed === 1 ? '' : `${seed}-`}${String(index + 1).padStart(4, '0')}`,
    type,
    // One short string in the language of the place, as installers write it.
    name: `${roads[grid]}${house}号${kind.name}`,
    ...places[grid]!(random),
    gridId: grids[grid]!.id,
  };
}
