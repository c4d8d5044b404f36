import { Group } from './group.ts';
import type { Appended, Entry } from './port.ts';

/**
 * Bytes of entries that wait for space. Less than what one remote writer may have under way, so that these alone never
 * stop its stream, on which urgent entries come too.
 */
const WAITING_BYTES = 6 * 1024 * 1024;
/** Entries that came within this time, in milliseconds, are told together when space does not come. */
const TOGETHER_MS = 5_000;

/** Where ordinary entries wait while the journal's space is used up. Times are those of a clock that is never set. */
export class WaitingRoom {
  #groups: Group[] = [];

  get bytes(): number {
    return this.#groups.reduce((sum, group) => sum + group.length, 0);
  }

  get entries(): number {
    return this.#groups.reduce((sum, group) => sum + group.waiting.length, 0);
  }

  /** @returns false when there is no room. @throws RangeError when the entry cannot be encoded. */
  add(entry: Entry, done: Appended, now: number): boolean {
    if (this.bytes > WAITING_BYTES) return false;
    let group = this.#groups.at(-1);
    if (group === undefined || now - group.since > TOGETHER_MS) {
      group = new Group();
      group.since = now;
      this.#groups.push(group);
    }
    group.add(entry, done);
    return true;
  }

  /** Takes out the groups that began to wait before `since`, oldest first. */
  take(since: number): Group[] {
    const taken = this.#groups.filter((group) => group.since < since);
    this.#groups = this.#groups.filter((group) => group.since >= since);
    return taken.filter((group) => !group.empty);
  }
}
