import type { FeatureCollection, Point, Polygon } from 'geojson';
import type { Area, Device, Severity } from '../../api/contract.ts';
import { centreOf } from '../logic/areas.ts';
import { levelOf } from '../logic/severity.ts';
import type { Worst } from '../logic/worst.ts';

/** What the layers of the map read of a feature; `rank` is 4 for red … 1 for blue, 0 for no alarm. */
export interface MapProperties {
  id: string;
  severity: Severity | 'none';
  rank: number;
  label: string;
  waiting: boolean;
}

/** All areas of one tier as polygons. */
export function areaFeatures(areas: readonly Area[], worst: ReadonlyMap<string, Worst>): FeatureCollection<Polygon> {
  return {
    type: 'FeatureCollection',
    features: areas.map((area) => ({
      type: 'Feature',
      geometry: area.polygon,
      properties: properties(area.id, '', worst.get(area.id)),
    })),
  };
}

/** One point in each area, for its name and how many alarms it has. */
export function labelFeatures(
  areas: readonly Area[],
  worst: ReadonlyMap<string, Worst>,
  label: (area: Area, worst: Worst | undefined) => string,
): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: areas.map((area) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: centreOf(area) },
      properties: properties(area.id, label(area, worst.get(area.id)), worst.get(area.id)),
    })),
  };
}

export function deviceFeatures(devices: Iterable<Device>, worst: ReadonlyMap<string, Worst>): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: Array.from(devices, (device) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [device.longitude, device.latitude] },
      properties: properties(device.id, device.name, worst.get(device.id)),
    })),
  };
}

function properties(id: string, label: string, worst: Worst | undefined): MapProperties {
  return {
    id,
    label,
    severity: worst?.severity ?? 'none',
    rank: worst ? 5 - levelOf[worst.severity] : 0,
    waiting: (worst?.unacknowledged ?? 0) > 0,
  };
}
