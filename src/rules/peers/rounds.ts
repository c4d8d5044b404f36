import type { PeerPlace, Surroundings } from '../language/surroundings.ts';
import { distanceM } from '../site/distance.ts';

/** A place in which devices are asked: an area with all that stand in it, or what lies around one device. */
export interface Round<Member> {
  where: PeerPlace;
  /** A device that asks; of an area any one that stands in it. */
  from: Surroundings;
  members: Member[];
  /** Ids of the devices whose rules ask here. */
  askedBy: Set<string>;
}

/** Who is asked by whom: found once for each place, so that a sample costs no look at all devices of a town. */
export class Rounds<Member extends { around: Surroundings }> {
  readonly #rounds = new Map<string, Round<Member>>();
  /** Who asks where, so that places can be found anew. */
  readonly #asked = new Map<string, { where: PeerPlace; from: Surroundings }>();
  readonly #of = new Map<Member, Round<Member>[]>();

  /** The place that a device asks in; null where it is not known which that is, or nobody has asked there. */
  at(where: PeerPlace, from: Surroundings): Round<Member> | null {
    const key = keyOf(where, from);
    return (key !== null && this.#rounds.get(key)) || null;
  }

  /** Takes note of a device that asks. */
  ask(where: PeerPlace, from: Surroundings): void {
    this.#asked.set(`${JSON.stringify(where)} ${from.id}`, { where, from });
    const key = keyOf(where, from);
    if (key === null) return;
    let round = this.#rounds.get(key);
    if (!round) {
      round = { where, from, members: [], askedBy: new Set() };
      this.#rounds.set(key, round);
      for (const [member, rounds] of this.#of) join(round, member, rounds);
    }
    round.askedBy.add(from.id);
  }

  /** Takes note of a device that is asked. */
  add(member: Member): void {
    const rounds: Round<Member>[] = [];
    this.#of.set(member, rounds);
    for (const round of this.#rounds.values()) join(round, member, rounds);
  }

  /** The places that a device stands in. */
  of(member: Member): readonly Round<Member>[] {
    return this.#of.get(member) ?? [];
  }

  /** Areas may be others than they were. */
  regroup(): void {
    const members = [...this.#of.keys()];
    this.#rounds.clear();
    this.#of.clear();
    for (const { where, from } of this.#asked.values()) this.ask(where, from);
    for (const member of members) this.add(member);
  }
}

function join<Member extends { around: Surroundings }>(
  round: Round<Member>,
  member: Member,
  rounds: Round<Member>[],
): void {
  if (!reaches(round.where, round.from, member.around)) return;
  round.members.push(member);
  rounds.push(round);
}

/** Names a place; null where the device is in none of its kind. */
function keyOf(where: PeerPlace, from: Surroundings): string | null {
  if (typeof where === 'object') return `${where.withinM} m around ${from.id}`;
  if (where === 'downstream' || where === 'upstream') return from.downstream === null ? null : `${where} ${from.id}`;
  const area = from.area(where);
  return area === null ? null : `${where} ${area}`;
}

function reaches(where: PeerPlace, from: Surroundings, to: Surroundings): boolean {
  if (where === 'downstream') return from.downstream?.has(to.id) === true;
  if (where === 'upstream') return to.downstream?.has(from.id) === true;
  if (typeof where === 'string') return from.area(where) !== null && from.area(where) === to.area(where);
  return distanceM(from.latitude, from.longitude, to.latitude, to.longitude) <= where.withinM;
}
