import type { Surroundings } from '../language/surroundings.ts';
import { type Asker, askerKey, isKnown, type PeerFinder, reaches, type Standing } from './standing.ts';

/** More neighbours say little more, and in a city of thousands each reading must not concern thousands. */
export const mostNeighbours = 20;

const radians = Math.PI / 180;

/** Those that a device asks, the nearest first. */
interface Near<Member> {
  asker: Asker;
  members: Member[];
  /** How far each is, see `farness`. */
  far: number[];
}

/** Who is asked by whom where each asks its nearest neighbours, without itself. */
export class Nearest<Member extends Standing> implements PeerFinder<Member> {
  readonly #near = new Map<string, Near<Member>>();
  /** By member, the ids of those that ask it by their key. */
  readonly #askers = new Map<Member, Map<string, string>>();

  ask(asker: Asker): void {
    const key = askerKey(asker);
    if (this.#near.has(key)) return;
    const near: Near<Member> = { asker, members: [], far: [] };
    this.#near.set(key, near);
    for (const [member, askers] of this.#askers) this.#meet(key, near, member, askers);
  }

  add(member: Member): void {
    const askers = new Map<string, string>();
    this.#askers.set(member, askers);
    for (const [key, near] of this.#near) this.#meet(key, near, member, askers);
  }

  membersFor(asker: Asker): readonly Member[] | null {
    return isKnown(asker) ? (this.#near.get(askerKey(asker))?.members ?? []) : null;
  }

  askersOf(member: Member): Iterable<string> {
    return this.#askers.get(member)?.values() ?? [];
  }

  regroup(): void {
    const all = [...this.#near.values()];
    this.#near.clear();
    for (const askers of this.#askers.values()) askers.clear();
    for (const { asker } of all) this.ask(asker);
  }

  /** Takes a member among those that are asked when it is near enough. */
  #meet(key: string, { asker, members, far }: Near<Member>, member: Member, askers: Map<string, string>): void {
    const { from } = asker;
    const { id } = member.around;
    if (id === from.id) return;
    const own = farness(from, member.around);
    const isBehind = (place: number) => own > far[place]! || (own === far[place]! && id > members[place]!.around.id);
    if (members.length === mostNeighbours && isBehind(mostNeighbours - 1)) return;
    if (!reaches(asker, member.around)) return;
    let place = members.length;
    while (place > 0 && !isBehind(place - 1)) place--;
    members.splice(place, 0, member);
    far.splice(place, 0, own);
    askers.set(key, from.id);
    if (members.length <= mostNeighbours) return;
    far.pop();
    this.#askers.get(members.pop()!)!.delete(key);
  }
}

/** Square of a distance, to compare with others from the same place: exact enough within a town, and quick. */
function farness(from: Surroundings, to: Surroundings): number {
  const north = to.latitude - from.latitude;
  const east = (to.longitude - from.longitude) * Math.cos(from.latitude * radians);
  return north * north + east * east;
}
