/** How long something has been true, by evidence. As kept in a checkpoint. */
export interface Hold {
  /** Time for which it held, milliseconds; -1 when it does not hold. */
  heldMs: number;
  /** Measured time of the last sample at which it was true. */
  lastAt: number;
}

export function noHold(): Hold {
  return { heldMs: -1, lastAt: 0 };
}

/**
 * Takes one judgement into a hold: 1 true, 0 false, NaN not known. Time counts only between two samples at which it
 * was true and which are not further apart than `maxGapMs`; a longer gap restarts the hold, or freezes its clock.
 * @returns whether it has now held for `forMs`.
 */
export function holdFor(
  hold: Hold,
  truth: number,
  at: number,
  forMs: number,
  maxGapMs: number,
  onGap: 'restart' | 'freeze' | 'fault',
): boolean {
  if (truth === 0) {
    hold.heldMs = -1;
    return false;
  }
  if (truth !== 1) return false;
  if (hold.heldMs < 0) {
    hold.heldMs = 0;
  } else {
    const gap = at - hold.lastAt;
    if (gap <= maxGapMs) hold.heldMs += gap;
    else if (onGap !== 'freeze') hold.heldMs = 0;
  }
  hold.lastAt = at;
  return hold.heldMs >= forMs;
}
