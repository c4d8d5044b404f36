/**
 * How long something has been true, by evidence; two cells: time for which it held in milliseconds, -1 when it does not
 * hold, and the measured time of the last sample at which it was true.
 */
export const holdCells = [-1, 0] as const;

/** It does not hold. */
export function endHold(cells: number[], place: number): void {
  // What is not written need not go back to memory: most holds are not even begun.
  if (cells[place]! < 0) return;
  cells[place] = -1;
  cells[place + 1] = 0;
}

/**
 * Takes one judgement into a hold: 1 true, 0 false, NaN not known. Time counts only between two samples at which it
 * was true and which are not further apart than `maxGapMs`; a longer gap restarts the hold, or freezes its clock.
 * @returns whether it has now held for `forMs`.
 */
export function holdFor(
  cells: number[],
  place: number,
  truth: number,
  at: number,
  forMs: number,
  maxGapMs: number,
  onGap: 'restart' | 'freeze' | 'fault',
): boolean {
  if (truth === 0) {
    endHold(cells, place);
    return false;
  }
  if (truth !== 1) return false;
  const held = cells[place]!;
  if (held < 0) {
    cells[place] = 0;
  } else {
    const gap = at - cells[place + 1]!;
    if (gap <= maxGapMs) cells[place] = held + gap;
    else if (onGap !== 'freeze') cells[place] = 0;
  }
  cells[place + 1] = at;
  return cells[place]! >= forMs;
}
