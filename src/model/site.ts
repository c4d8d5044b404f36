/** What a town says about itself beside its devices: days, hours and places that rules refer to. */
export interface Site {
  /** Days off that would be working days, `2026-10-01`. */
  holidays: ReadonlySet<string>;
  /** Working days that would be days off: days worked for a holiday. */
  workdays: ReadonlySet<string>;
  /** Name → where it is, WGS-84 degrees. */
  places: ReadonlyMap<string, Position>;
  /** Name → area, beside the grids, communities, streets and districts. */
  areas: ReadonlyMap<string, SiteArea>;
  /** Device → when its place is open, by day of the week, 0 Monday to 6 Sunday. */
  openHours: ReadonlyMap<string, readonly (readonly Hours[])[]>;
  /** Device → name → the limit of its own place, such as the warning level of a river gauge. */
  limits: ReadonlyMap<string, ReadonlyMap<string, Limit>>;
  /** Gateway → the devices that come in through it alone; each is the id of a device. */
  gateways: ReadonlyMap<string, readonly string[]>;
  /** How water runs: device → the next ones down. Nothing runs in a circle. Whoever stands on a path has an entry. */
  drainage: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A number with its unit, as people write it. */
export interface Limit {
  value: number;
  unit: string;
}

export interface Position {
  latitude: number;
  longitude: number;
}

/** Milliseconds after midnight; `until` may lie after 24 h, into the next day. */
export interface Hours {
  from: number;
  until: number;
}

/** A circle, or a ring of corners. */
export type SiteArea = { centre: Position; radiusM: number } | { corners: readonly Position[] };

/** A town that has said nothing. */
export const emptySite: Site = {
  holidays: new Set(),
  workdays: new Set(),
  places: new Map(),
  areas: new Map(),
  openHours: new Map(),
  limits: new Map(),
  gateways: new Map(),
  drainage: new Map(),
};
