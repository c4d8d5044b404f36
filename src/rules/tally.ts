/**
 * How the last readings were judged; three cells: a bit each, the newest lowest; how many there have been, up to as many
 * as are looked at; and the measured time of the last.
 */
export const tallyCells = [0, 0, 0] as const;

/** More would not fit into the bits of an integer. */
export const mostTallied = 30;

/** No reading was judged. */
export function clearTally(cells: number[], place: number): void {
  cells[place] = 0;
  cells[place + 1] = 0;
  cells[place + 2] = 0;
}

/**
 * Takes one judgement in and says whether a condition was true at so many of the last readings: 1, or 0 once the others
 * could not make it so any more, else NaN. What is not known is no reading. After a longer gap than `maxGapMs` the
 * readings before it do not count, unless the clock is frozen meanwhile.
 * @param readings how many must be true `of` the last ones, at most `mostTallied`.
 */
export function tallied(
  cells: number[],
  place: number,
  truth: number,
  at: number,
  readings: number,
  of: number,
  maxGapMs: number,
  onGap: 'restart' | 'freeze' | 'fault',
): number {
  if (truth === 0 || truth === 1) {
    if (cells[place + 1]! > 0 && at - cells[place + 2]! > maxGapMs && onGap !== 'freeze') clearTally(cells, place);
    cells[place] = ((cells[place]! << 1) | truth) & (2 ** of - 1);
    cells[place + 1] = Math.min(cells[place + 1]! + 1, of);
    cells[place + 2] = at;
  }
  let ones = 0;
  for (let rest = cells[place]!; rest !== 0; rest &= rest - 1) ones++;
  if (ones >= readings) return Number.isNaN(truth) ? Number.NaN : 1;
  return ones + of - cells[place + 1]! < readings && !Number.isNaN(truth) ? 0 : Number.NaN;
}
