import type { Area } from '../../api/contract.ts';

/** The areas above an area, nearest first, the area itself not included. A broken parent chain ends it. */
export function areasAbove(areas: ReadonlyMap<string, Area>, areaId: string): Area[] {
  const above: Area[] = [];
  let parentId = areas.get(areaId)?.parentId ?? null;
  while (parentId && above.length < 4) {
    const parent = areas.get(parentId);
    if (!parent) break;
    above.push(parent);
    parentId = parent.parentId;
  }
  return above;
}

/** Ids of all grids that lie in the given areas or are one of them. */
export function gridsWithin(areas: ReadonlyMap<string, Area>, areaIds: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const area of areas.values()) {
    if (area.tier !== 'grid') continue;
    if ([area, ...areasAbove(areas, area.id)].some(({ id }) => areaIds.includes(id))) found.add(area.id);
  }
  return found;
}

/** [west, south, east, north] around all given areas, in degrees; null when there are none. */
export function boundsOf(areas: readonly Area[]): [number, number, number, number] | null {
  const points = areas.flatMap((area) => area.polygon.coordinates[0] ?? []);
  if (points.length === 0) return null;
  const west = Math.min(...points.map(([x]) => x));
  const east = Math.max(...points.map(([x]) => x));
  const south = Math.min(...points.map(([, y]) => y));
  const north = Math.max(...points.map(([, y]) => y));
  return [west, south, east, north];
}

/** Centre of a polygon's outer ring by area (shoelace formula); where its label stands. */
export function centreOf(area: Area): [number, number] {
  const ring = area.polygon.coordinates[0] ?? [];
  const [originX, originY] = ring[0] ?? [0, 0];
  let [twice, x, y] = [0, 0, 0];
  for (let i = 1; i + 1 < ring.length; i++) {
    // Relative to the first corner: degrees are large beside a grid, and the products would lose their digits.
    const [ax, ay] = [ring[i]![0] - originX, ring[i]![1] - originY];
    const [bx, by] = [ring[i + 1]![0] - originX, ring[i + 1]![1] - originY];
    const cross = ax * by - bx * ay;
    twice += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return twice === 0 ? [originX, originY] : [originX + x / (3 * twice), originY + y / (3 * twice)];
}
