import { CellPlan } from '../cells.ts';
import type { ChannelLog } from '../channel-log.ts';

/**
 * What windows know of one device. The windows themselves are made once for all devices with the same rules, and their
 * numbers lie together in one array, so that a reading of one device touches as little of the machine's memory as can
 * be. No checkpoint has it: it is made again from the logs.
 */
export interface WindowMemory {
  /** By channel; absent where no rule looks. */
  readonly logs: readonly (ChannelLog | undefined)[];
  /** Numbers of the windows, each at its places. */
  readonly cells: number[];
  /** Lists of those that need one. */
  readonly lists: number[][];
}

/** Gives out the places. */
export class WindowPlan extends CellPlan {
  #lists = 0;

  get lists(): number {
    return this.#lists;
  }

  /** @returns the index of a list. */
  takeList(): number {
    return this.#lists++;
  }
}
