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
} as const;

/** What is there at the beginning, in the same order. */
export const deviceAtFirst = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0, 0] as const;
