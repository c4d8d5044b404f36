import type { Text } from './text.ts';

/** The four tiers of area, from the smallest up; an alarm that nobody answers climbs them. */
export const tiers = ['grid', 'community', 'street', 'district'] as const;

export type Tier = (typeof tiers)[number];

/** A GeoJSON polygon in WGS-84: rings of [longitude, latitude]. */
export interface Polygon {
  type: 'Polygon';
  coordinates: [number, number][][];
}

export interface Area {
  id: string;
  tier: Tier;
  /** The area one tier up; null for a district. */
  parentId: string | null;
  name: Text;
  polygon: Polygon;
}
