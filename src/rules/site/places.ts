import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { type Area, type Tier, tiers } from '../../model/area.ts';
import type { Device } from '../../model/device.ts';
import { emptySite, type Limit, type Position, type Site, type SiteArea } from '../../model/site.ts';
import { rescale, unitOf } from '../../model/units.ts';
import type { Measure } from '../language/measures.ts';
import type { PeerCounter, Surroundings } from '../language/surroundings.ts';
import { distanceM } from './distance.ts';
import { LocalTime } from './local-time.ts';

const dayMs = 86_400_000;

/** What is known around each device from the site and the areas of the town. No clock, no I/O. */
export class Places {
  readonly #site: Site;
  readonly #time: LocalTime;
  /** Device → the gateway that it comes in through. */
  readonly #gatewayOf: ReadonlyMap<string, string>;
  #areas: ReadonlyMap<string, Area> = new Map();
  /** What has been asked of `downstream` so far. */
  readonly #downstream = new Map<string, ReadonlySet<string>>();

  constructor(timeZone = 'Asia/Shanghai', site: Site = emptySite) {
    this.#site = site;
    this.#time = new LocalTime(timeZone);
    this.#gatewayOf = new Map(
      [...site.gateways].flatMap(([gateway, devices]) => devices.map((id) => [id, gateway] as const)),
    );
  }

  setAreas(areas: Iterable<Area>): void {
    this.#areas = new Map(Array.from(areas, (area) => [area.id, area]));
  }

  /** What expressions of a device's rules see around it. */
  around(device: Device): Surroundings {
    return new Around(this, device);
  }

  /** What must be added to a moment to get its local time, milliseconds. */
  offsetMs(at: number): number {
    return this.#time.offsetMs(at);
  }

  place(name: string): Position | undefined {
    return this.#site.places.get(name);
  }

  workday(at: number): boolean {
    const local = at + this.offsetMs(at);
    const day = new Date(local).toISOString().slice(0, 10);
    if (this.#site.workdays.has(day)) return true;
    return !this.#site.holidays.has(day) && weekdayOf(local) < 5;
  }

  /** Whether the place of a device is open; null when nobody has said when. */
  open(deviceId: string, at: number): boolean | null {
    const hours = this.#site.openHours.get(deviceId);
    if (!hours) return null;
    const local = at + this.offsetMs(at);
    const [time, day] = [local % dayMs, weekdayOf(local)];
    const today = hours[day]!.some(({ from, until }) => time >= from && time < until);
    return today || hours[(day + 6) % 7]!.some(({ until }) => time < until - dayMs);
  }

  /** The id of the area of a tier that a grid belongs to; null when it is not known. */
  areaOf(gridId: string, tier: Tier): string | null {
    return tier === 'grid' ? gridId : (this.#tierOf(gridId, tier)?.id ?? null);
  }

  /** All devices that water comes by after this one; null when it stands on no path of drainage. */
  downstream(deviceId: string): ReadonlySet<string> | null {
    const known = this.#downstream.get(deviceId);
    if (known) return known;
    const next = this.#site.drainage.get(deviceId);
    if (!next) return null;
    const all = new Set(next);
    // What is added on the way is come by as well.
    for (const one of all) for (const further of this.#site.drainage.get(one) ?? []) all.add(further);
    this.#downstream.set(deviceId, all);
    return all;
  }

  gatewayOf(deviceId: string): string | null {
    return this.#gatewayOf.get(deviceId) ?? null;
  }

  limit(deviceId: string, name: string): Limit | undefined {
    return this.#site.limits.get(deviceId)?.get(name);
  }

  /** Whether a position lies in an area of the site, in the town's area of that id, or in the grid's own of that tier. */
  inside(gridId: string, name: string, latitude: number, longitude: number): boolean | null {
    const drawn = this.#site.areas.get(name);
    if (drawn) return insideDrawn(drawn, latitude, longitude);
    const area = (tiers as readonly string[]).includes(name) ? this.#tierOf(gridId, name) : this.#areas.get(name);
    return area ? booleanPointInPolygon([longitude, latitude], area.polygon) : null;
  }

  /** The area of a tier that a grid belongs to. */
  #tierOf(gridId: string, tier: string): Area | undefined {
    let area = this.#areas.get(gridId);
    while (area && area.tier !== tier) area = area.parentId === null ? undefined : this.#areas.get(area.parentId);
    return area;
  }
}

/** What is around one device. */
class Around implements Surroundings {
  peers: PeerCounter | null = null;
  baselineOf: Surroundings['baselineOf'] = null;
  readonly gateway: string | null;
  readonly #places: Places;
  readonly #device: Device;

  constructor(places: Places, device: Device) {
    this.#places = places;
    this.#device = device;
    this.gateway = places.gatewayOf(device.id);
  }

  get latitude(): number {
    return this.#device.latitude;
  }

  get longitude(): number {
    return this.#device.longitude;
  }

  offsetMs(at: number): number {
    return this.#places.offsetMs(at);
  }

  workday(at: number): number {
    return this.#places.workday(at) ? 1 : 0;
  }

  open(at: number): number {
    return truthOf(this.#places.open(this.#device.id, at));
  }

  inside(area: string, latitude: number, longitude: number): number {
    return truthOf(this.#places.inside(this.#device.gridId, area, latitude, longitude));
  }

  distance(name: string, latitude: number, longitude: number): number {
    const place = name === 'home' ? this.#device : this.#places.place(name);
    return place ? distanceM(latitude, longitude, place.latitude, place.longitude) : Number.NaN;
  }

  area(tier: Tier): string | null {
    return this.#places.areaOf(this.#device.gridId, tier);
  }

  get id(): string {
    return this.#device.id;
  }

  get downstream(): ReadonlySet<string> | null {
    return this.#places.downstream(this.#device.id);
  }

  limit(name: string, measure: Measure): number {
    const limit = this.#places.limit(this.#device.id, name);
    const unit = limit && unitOf(limit.unit);
    return unit?.dimension === measure.dimension ? rescale(limit!.value, unit, measure) : Number.NaN;
  }
}

function truthOf(known: boolean | null): number {
  return known === null ? Number.NaN : known ? 1 : 0;
}

function insideDrawn(area: SiteArea, latitude: number, longitude: number): boolean {
  if ('centre' in area)
    return distanceM(latitude, longitude, area.centre.latitude, area.centre.longitude) <= area.radiusM;
  const ring = area.corners.map((corner) => [corner.longitude, corner.latitude]);
  return booleanPointInPolygon([longitude, latitude], { type: 'Polygon', coordinates: [[...ring, ring[0]!]] });
}

/** 0 Monday to 6 Sunday of a local time: 1 January 1970 was a Thursday. */
function weekdayOf(local: number): number {
  return (Math.floor(local / dayMs) + 3) % 7;
}
