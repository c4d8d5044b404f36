import { type BlockPlan, regionCells } from './block.ts';

/** Places in the cells of a device of what is known of the device itself; every reading looks at most of them. */
export const devicePlaces = {
  /** Measured time of its newest sample; -Infinity when there was none yet. */
  head: 0,
  /** Measured time of what it was last judged for: its newest sample, or a change on a device that its rules count. */
  judgedAt: 1,
  /** Listening time at which it was last heard, see `Fold`. */
  heard: 2,
  /** Samples so far; and the number of samples, and the measured time, after which a snapshot is due. See `Horizon`. */
  samples: 3,
  snapshotAfter: 4,
  snapshotAt: 5,
  /** Readings of channels with windows since somebody asked the parts of these. */
  unasked: 6,
  /** Listening time at which it was last heard again after it was told to be silent; -Infinity when it never was. */
  backAt: 7,
  /** Snapshots that are kept, and the region of their moments. */
  snapshots: 8,
  moments: 9,
} as const;

/** What is there at the beginning, in the same order, up to the regions. */
const atFirst = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0, 0, 0, Number.NEGATIVE_INFINITY, 0];

/** Cells of a device before all others. */
export const deviceCells = devicePlaces.moments + regionCells;

/** Numbers for the moments of snapshots for which there is room at the beginning: a steady device comes to ten of them. */
const momentsAtFirst = 20;

/** Takes these places, before all others. */
export function planDevice(plan: BlockPlan): void {
  plan.take(...atFirst);
  plan.takeRegion(momentsAtFirst);
}
