import type { PeerPlace, Surroundings } from '../language/surroundings.ts';
import { distanceM } from '../site/distance.ts';

/** A device that is asked. */
export interface Standing {
  around: Surroundings;
}

/** Who asks where. */
export interface Asker {
  where: PeerPlace;
  from: Surroundings;
}

/** Finds who is asked by whom, once for each place, so that a sample costs no look at all devices of a town. */
export interface PeerFinder<Member extends Standing> {
  /** Takes note of a device that asks. */
  ask(asker: Asker): void;
  /** Takes note of a device that is asked. */
  add(member: Member): void;
  /** Those that a device asks; null where it is not known which they are. */
  membersFor(asker: Asker): readonly Member[] | null;
  /** Ids of the devices that ask this one. */
  askersOf(member: Member): Iterable<string>;
  /** Areas may be others than they were. */
  regroup(): void;
}

/** Whether it is known which devices are meant. */
export function isKnown({ where, from }: Asker): boolean {
  if (where === 'downstream' || where === 'upstream') return from.downstream !== null;
  return typeof where === 'object' || from.area(where) !== null;
}

export function reaches({ where, from }: Asker, to: Surroundings): boolean {
  if (where === 'downstream') return from.downstream?.has(to.id) === true;
  if (where === 'upstream') return to.downstream?.has(from.id) === true;
  if (typeof where === 'string') return from.area(where) !== null && from.area(where) === to.area(where);
  return distanceM(from.latitude, from.longitude, to.latitude, to.longitude) <= where.withinM;
}

/** Names one that asks. */
export function askerKey({ where, from }: Asker): string {
  return `${typeof where === 'object' ? where.withinM : where} ${from.id}`;
}
