import { BlockPlan } from '../block.ts';
import { CellPlan } from '../cells.ts';
import type { ChannelLog } from '../channel-log.ts';
import { deviceCells, planDevice } from '../device-places.ts';

/**
 * What is known of the readings of one device: those of each channel, the newest, and what windows over them say. The
 * windows themselves are made once for all devices with the same rules. The numbers that every reading needs lie together
 * in one array, so that it touches as little of the machine's memory as can be. No checkpoint has it: it is made again
 * from the logs.
 */
export interface WindowMemory {
  /** What a channel measured; there is none where no rule looks. */
  log(channel: number): ChannelLog;
  /**
   * What is known of the device itself, see `devicePlaces`; the newest value of each channel and its measured time, see
   * `newestValue` and `newestTime`; then the windows' own.
   */
  readonly cells: number[];
  /**
   * What the parts of windows have taken in, at the places of their plan; null where nobody has asked for long, as with
   * most devices. Parts look at it after `ask` only.
   */
  readonly partCells: number[] | null;
  /** Lists of those parts that need one. */
  readonly lists: number[][] | null;
  /** Somebody asks: from here on there is room for what the parts take in. */
  ask(): void;
}

/** The newest value of a channel; NaN where nothing came yet. */
export function newestValue({ cells }: Pick<WindowMemory, 'cells'>, channel: number): number {
  return cells[deviceCells + 2 * channel]!;
}

/** When it was measured, milliseconds since the epoch; -Infinity where nothing came yet. */
export function newestTime({ cells }: Pick<WindowMemory, 'cells'>, channel: number): number {
  return cells[deviceCells + 2 * channel + 1]!;
}

/** Takes note of the newest value of a channel. */
export function setNewest({ cells }: WindowMemory, channel: number, at: number, value: number): void {
  cells[deviceCells + 2 * channel] = value;
  cells[deviceCells + 2 * channel + 1] = at;
}

/** Gives out the places: those of the device and its channels first, then to each window; and, apart, to their parts. */
export class WindowPlan extends BlockPlan {
  readonly parts = new PartPlan();

  constructor(channels: number) {
    super();
    planDevice(this);
    for (let i = 0; i < channels; i++) this.take(Number.NaN, Number.NEGATIVE_INFINITY);
  }
}

/** Gives out the places of the parts of windows. */
export class PartPlan extends CellPlan {
  #lists = 0;

  /** @returns the index of a list. */
  takeList(): number {
    return this.#lists++;
  }

  /** Lists that are empty; null where no part needs one. */
  newLists(): number[][] | null {
    return this.#lists === 0 ? null : Array.from({ length: this.#lists }, () => []);
  }
}
