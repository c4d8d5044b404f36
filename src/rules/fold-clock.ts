/** Times that the fold goes by, as kept in a checkpoint. */
export interface FoldClock {
  lastTickAt: number;
  /** For how long ticks have come without a gap, in milliseconds, since the beginning: silence is measured in it. */
  listenedMs: number;
}

/** The clock of a checkpoint. JSON has no NaN: it is kept as null. */
export function restoredClock({ lastTickAt, listenedMs }: FoldClock): FoldClock {
  return { listenedMs, lastTickAt: lastTickAt ?? Number.NaN };
}
