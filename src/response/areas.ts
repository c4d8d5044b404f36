import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import type { Area } from '../model/area.ts';
import type { StoreOrTransaction } from '../store/open.ts';

/** Area id → area. */
export type Areas = ReadonlyMap<string, Area>;

/** The tree of areas as it is in the store now. */
export async function loadAreas(db: StoreOrTransaction): Promise<Areas> {
  const rows = await db.selectFrom('area').selectAll().orderBy('id').execute();
  return new Map(
    rows.map(({ id, tier, parentId, nameZh, nameEn, polygonJson }) => [
      id,
      { id, tier, parentId, name: { zh: nameZh, en: nameEn }, polygon: JSON.parse(polygonJson) },
    ]),
  );
}

/**
 * The grid in which a place lies, WGS-84 degrees; null outside of all. On a common border it is the one that comes
 * first in `areas`.
 */
export function gridAt(areas: Areas, latitude: number, longitude: number): Area | null {
  for (const area of areas.values()) {
    if (area.tier === 'grid' && booleanPointInPolygon([longitude, latitude], area.polygon)) return area;
  }
  return null;
}

/** The area and those above it, from the smallest up; empty when there is no such area. */
export function pathUp(areas: Areas, areaId: string): Area[] {
  const path: Area[] = [];
  let area = areas.get(areaId);
  // An area that is already in the path would be a ring in the tree.
  while (area && !path.includes(area)) {
    path.push(area);
    area = area.parentId === null ? undefined : areas.get(area.parentId);
  }
  return path;
}
