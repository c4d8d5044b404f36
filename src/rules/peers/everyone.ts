import { type Asker, askerKey, isKnown, type PeerFinder, reaches, type Standing } from './standing.ts';

/** A place in which devices are asked: an area with all that stand in it, or what lies around one device. */
interface Place<Member> {
  /** Of an area any one that asks. */
  asker: Asker;
  members: Member[];
  askedBy: Set<string>;
}

/** Who is asked by whom where everyone in a place is, the device itself included. */
export class Everyone<Member extends Standing> implements PeerFinder<Member> {
  readonly #places = new Map<string, Place<Member>>();
  readonly #placesOf = new Map<Member, Place<Member>[]>();
  /** All that ask, so that places can be found anew. */
  readonly #askers = new Map<string, Asker>();

  ask(asker: Asker): void {
    this.#askers.set(askerKey(asker), asker);
    const key = placeKey(asker);
    if (key === null) return;
    let place = this.#places.get(key);
    if (!place) {
      place = { asker, members: [], askedBy: new Set() };
      this.#places.set(key, place);
      for (const [member, places] of this.#placesOf) join(place, member, places);
    }
    place.askedBy.add(asker.from.id);
  }

  add(member: Member): void {
    const places: Place<Member>[] = [];
    this.#placesOf.set(member, places);
    for (const place of this.#places.values()) join(place, member, places);
  }

  membersFor(asker: Asker): readonly Member[] | null {
    const key = placeKey(asker);
    return key === null ? null : (this.#places.get(key)?.members ?? []);
  }

  *askersOf(member: Member): Iterable<string> {
    for (const { askedBy } of this.#placesOf.get(member) ?? []) yield* askedBy;
  }

  regroup(): void {
    const members = [...this.#placesOf.keys()];
    this.#places.clear();
    this.#placesOf.clear();
    for (const asker of this.#askers.values()) this.ask(asker);
    for (const member of members) this.add(member);
  }
}

function join<Member extends Standing>(place: Place<Member>, member: Member, places: Place<Member>[]): void {
  if (!reaches(place.asker, member.around)) return;
  place.members.push(member);
  places.push(place);
}

/** Names a place; null where it is not known which devices are meant. */
function placeKey(asker: Asker): string | null {
  if (!isKnown(asker)) return null;
  const { where, from } = asker;
  const isArea = typeof where === 'string' && where !== 'downstream' && where !== 'upstream';
  return isArea ? `${where} ${from.area(where)}` : askerKey(asker);
}
