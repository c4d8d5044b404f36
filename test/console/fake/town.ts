import type { Area, Device, Person } from '../../../src/api/contract.ts';
import { randomFrom } from '../../support/random.ts';

const [west, south, width, height] = [116.352, 39.906, 0.0155, 0.0125];
const communities = [
  { id: 'riverside', zh: '滨江社区', en: 'Riverside' },
  { id: 'oldtown', zh: '老街社区', en: 'Old Town' },
  { id: 'lakeside', zh: '新湖社区', en: 'Lakeside' },
];
const streets = ['滨江东路', '人民路', '解放巷', '湖滨大道', '工人新村', '学院路', '桂花街', '北站路'];

/** 12 grids in 3 communities, one street, one district: four grids a row, one community each. */
export function makeAreas(): Area[] {
  const next = randomFrom(7);
  const corner = Array.from({ length: 4 }, (_, row) =>
    Array.from({ length: 5 }, (_, column): [number, number] => {
      const inner = row > 0 && row < 3 && column > 0 && column < 4 ? 0.32 : 0.16;
      return [west + (column + (next() - 0.5) * inner) * width, south + (row + (next() - 0.5) * inner) * height];
    }),
  );
  const at = (row: number, column: number) => corner[row]![column]!;
  const polygon = (points: [number, number][]): Area['polygon'] => ({
    type: 'Polygon',
    coordinates: [[...points, points[0]!]],
  });
  const row = (index: number) => Array.from({ length: 5 }, (_, column) => at(index, column));
  const around = [...row(0), at(1, 4), at(2, 4), ...row(3).toReversed(), at(2, 0), at(1, 0)];
  const district = { id: 'central', tier: 'district' as const, parentId: null };
  const street = { id: 'harbour', tier: 'street' as const, parentId: 'central' };
  return [
    { ...district, name: { zh: '中心区', en: 'Central District' }, polygon: polygon(around) },
    { ...street, name: { zh: '港湾街道', en: 'Harbour Street' }, polygon: polygon(around) },
    ...communities.map(({ id, zh, en }, index) => ({
      id,
      tier: 'community' as const,
      parentId: 'harbour',
      name: { zh, en },
      polygon: polygon([...row(index), ...row(index + 1).toReversed()]),
    })),
    ...communities.flatMap(({ id, zh, en }, index) =>
      ['一', '二', '三', '四'].map((numeral, column) => ({
        id: `${id}-${column + 1}`,
        tier: 'grid' as const,
        parentId: id,
        name: { zh: `${zh.slice(0, 2)}第${numeral}网格`, en: `${en} Grid ${column + 1}` },
        polygon: polygon([at(index, column), at(index, column + 1), at(index + 1, column + 1), at(index + 1, column)]),
      })),
    ),
  ];
}

const kinds = [
  { type: 'manhole-cover', count: 90, name: (street: string, n: number) => `${street}${n}号井盖` },
  { type: 'kitchen-fume', count: 40, name: (street: string, n: number) => `${street}${n}号食堂` },
  { type: 'elder-wristband', count: 50, name: (street: string, n: number) => `${street}${n}号 王桂兰` },
  { type: 'flood-gauge', count: 19, name: (street: string) => `${street}下穿通道` },
  { type: 'road-sign', count: 1, name: (street: string) => `${street}情报板` },
];

/** 200 devices, spread over the grids. */
export function makeDevices(areas: readonly Area[]): Device[] {
  const next = randomFrom(11);
  const grids = areas.filter((area) => area.tier === 'grid');
  return kinds.flatMap(({ type, count, name }) =>
    Array.from({ length: count }, (_, index) => {
      const grid = grids[(index * 5 + type.length) % grids.length]!;
      const ring = grid.polygon.coordinates[0]!;
      const [u, v] = [0.12 + next() * 0.76, 0.12 + next() * 0.76];
      const mix = (axis: 0 | 1) =>
        (1 - v) * ((1 - u) * ring[0]![axis] + u * ring[1]![axis]) + v * ((1 - u) * ring[3]![axis] + u * ring[2]![axis]);
      return {
        id: `${type}-${String(index + 1).padStart(3, '0')}`,
        type,
        name: name(streets[Math.floor(next() * streets.length)]!, 1 + Math.floor(next() * 180)),
        latitude: mix(1),
        longitude: mix(0),
        gridId: grid.id,
        state: index === 13 ? ('disabled' as const) : ('active' as const),
        worst: null,
      };
    }),
  );
}

/** Who can sign in; every password is `tocsin-fake`. */
export const people: Person[] = [
  { id: 'p-lin', login: 'lin', name: '林晓梅', role: 'duty-officer', areaIds: [] },
  { id: 'p-zhao', login: 'zhao', name: '赵建国', role: 'grid-worker', areaIds: ['riverside'] },
  { id: 'p-chen', login: 'chen', name: '陈立', role: 'integrator', areaIds: [] },
  { id: 'p-admin', login: 'admin', name: '管理员', role: 'administrator', areaIds: [] },
  { id: 'p-qian', login: 'qian', name: '钱立新', role: 'duty-officer', areaIds: ['oldtown'] },
  { id: 'p-wu', login: 'wu', name: '吴海燕', role: 'duty-officer', areaIds: ['harbour'] },
];
export const password = 'tocsin-fake';
