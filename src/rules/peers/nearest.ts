import type { PeerPlace, Surroundings } from '../language/surroundings.ts';
import { type Asker, askerKey, isKnown, type PeerFinder, reaches, type Standing } from './standing.ts';

/** More neighbours say little more, and in a city of thousands each reading must not concern thousands. */
export const mostNeighbours = 20;

const radians = Math.PI / 180;
/** Metres of a degree of latitude. */
const degreeM = 111_195;

/** Those that a device asks, the nearest first, as they were found when so many were there. */
interface Near<Member> {
  members: readonly Member[];
  version: number;
}

/** A device that is asked, and where it stands, at hand. */
interface Spot<Member> {
  member: Member;
  id: string;
  latitude: number;
  longitude: number;
}

/** Who is asked by whom where each asks its nearest neighbours, without itself. Found when it is first needed. */
export class Nearest<Member extends Standing> implements PeerFinder<Member> {
  readonly #near = new Map<string, Near<Member>>();
  /** By member, the ids of those that ask it by their key. */
  readonly #askers = new Map<Member, Map<string, string>>();
  /** By where, the members that stand together. */
  readonly #together = new Map<string, Map<string, Spot<Member>[]>>();
  /** Those that may have looked before a restart: whom they asked is found when something about that may be late. */
  readonly #unlooked = new Map<string, Asker>();
  /** What was found around a place. */
  readonly #found = new Map<string, readonly Member[]>();
  #version = 0;

  ask(asker: Asker): void {
    const key = askerKey(asker);
    if (!this.#near.has(key)) this.#unlooked.set(key, asker);
  }

  add(member: Member): void {
    this.#askers.set(member, new Map());
    this.regroup();
  }

  membersFor(asker: Asker): readonly Member[] | null {
    const key = askerKey(asker);
    const known = this.#near.get(key);
    if (known?.version === this.#version) return known.members;
    this.#unlooked.delete(key);
    if (!isKnown(asker)) return null;
    for (const member of known?.members ?? []) this.#askers.get(member)!.delete(key);
    const members = this.#nearest(asker);
    for (const member of members) this.#askers.get(member)!.set(key, asker.from.id);
    this.#near.set(key, { members, version: this.#version });
    return members;
  }

  askersOf(member: Member): Iterable<string> {
    for (const asker of this.#unlooked.values()) this.membersFor(asker);
    return this.#askers.get(member)?.values() ?? [];
  }

  regroup(): void {
    this.#version++;
    this.#together.clear();
    this.#found.clear();
  }

  #nearest(asker: Asker): Member[] {
    const { where, from } = asker;
    // Around one place all are the same, and the device itself is one of them: many may have been given one place.
    const course = where === 'downstream' || where === 'upstream';
    const key = `${course ? from.id : ''} ${whereText(where)} ${cellOf(where, from)} ${from.latitude} ${from.longitude}`;
    const found = this.#found.get(key) ?? nearest(asker, this.#candidates(asker));
    this.#found.set(key, found);
    return found.filter(({ around }) => around.id !== from.id).slice(0, mostNeighbours);
  }

  /** Those among which are all that an asker reaches. */
  #candidates({ where, from }: Asker): Spot<Member>[] {
    const whereKey = whereText(where);
    const together = this.#together.get(whereKey) ?? this.#group(where);
    this.#together.set(whereKey, together);
    return cellsAround(where, from).flatMap((cell) => together.get(cell) ?? []);
  }

  #group(where: PeerPlace): Map<string, Spot<Member>[]> {
    const together = new Map<string, Spot<Member>[]>();
    for (const member of this.#askers.keys()) {
      const { id, latitude, longitude } = member.around;
      const cell = cellOf(where, member.around);
      const spot = { member, id, latitude, longitude };
      const others = together.get(cell);
      if (others) others.push(spot);
      else together.set(cell, [spot]);
    }
    return together;
  }
}

/** The nearest that an asker reaches, itself among them; of two that are as far the same one always counts as nearer. */
function nearest<Member extends Standing>(asker: Asker, candidates: readonly Spot<Member>[]): Member[] {
  const [north, east] = [asker.from.latitude, asker.from.longitude];
  const narrower = Math.cos(north * radians);
  const near: { member: Member; id: string; far: number }[] = [];
  for (const { member, id, latitude, longitude } of candidates) {
    // Square of the distance, to compare with others from the same place: exact enough within a town, and quick.
    const far = (latitude - north) ** 2 + ((longitude - east) * narrower) ** 2;
    let place = near.length;
    while (place > 0 && isNearer(far, id, near[place - 1]!)) place--;
    if (place > mostNeighbours || !reaches(asker, member.around)) continue;
    near.splice(place, 0, { member, id, far });
    if (near.length > mostNeighbours + 1) near.pop();
  }
  return near.map(({ member }) => member);
}

function isNearer(far: number, id: string, than: { far: number; id: string }): boolean {
  return far < than.far || (far === than.far && id < than.id);
}

function whereText(where: PeerPlace): string {
  return typeof where === 'object' ? String(where.withinM) : where;
}

/** Names what a device stands in: its area, or a square of the map. */
function cellOf(where: PeerPlace, around: Surroundings): string {
  if (where === 'downstream' || where === 'upstream') return '';
  if (typeof where === 'string') return around.area(where) ?? '';
  const { row, column } = squareOf(where.withinM, around.latitude, around.longitude);
  return `${row} ${column}`;
}

/** All that may hold a device that is reached. */
function cellsAround(where: PeerPlace, around: Surroundings): string[] {
  if (typeof where === 'string') return [cellOf(where, around)];
  const { latitude, longitude } = around;
  const { row } = squareOf(where.withinM, latitude, longitude);
  return [row - 1, row, row + 1].flatMap((one) => {
    const { column } = squareOf(where.withinM, latitude, longitude, one);
    return [column - 1, column, column + 1].map((other) => `${one} ${other}`);
  });
}

/** Squares are a little larger than the distance, for rows are not all as long. @param row that of the latitude. */
function squareOf(withinM: number, latitude: number, longitude: number, row = rowOf(withinM, latitude)) {
  const size = sizeOf(withinM);
  const column = Math.floor((longitude * Math.cos(row * size * radians)) / size);
  return { row, column };
}

function rowOf(withinM: number, latitude: number): number {
  return Math.floor(latitude / sizeOf(withinM));
}

/** Degrees of latitude. */
function sizeOf(withinM: number): number {
  return (withinM / degreeM) * 1.05;
}
