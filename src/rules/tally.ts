/** How the last readings were judged: a bit each, the newest lowest. Plain JSON. */
export interface TallyState {
  bits: number;
  /** How many there have been, up to as many as are looked at. */
  count: number;
  /** Measured time of the last. */
  lastAt: number;
}

/** More would not fit into the bits of an integer. */
export const mostTallied = 30;

export function newTally(): TallyState {
  return { bits: 0, count: 0, lastAt: 0 };
}

/**
 * Takes one judgement in and says whether a condition was true at so many of the last readings: 1, or 0 once the others
 * could not make it so any more, else NaN. What is not known is no reading. After a longer gap than `maxGapMs` the
 * readings before it do not count, unless the clock is frozen meanwhile.
 * @param readings how many must be true `of` the last ones, at most `mostTallied`.
 */
export function tallied(
  state: TallyState,
  truth: number,
  at: number,
  readings: number,
  of: number,
  maxGapMs: number,
  onGap: 'restart' | 'freeze' | 'fault',
): number {
  if (truth === 0 || truth === 1) {
    if (state.count > 0 && at - state.lastAt > maxGapMs && onGap !== 'freeze') {
      state.bits = 0;
      state.count = 0;
    }
    state.bits = ((state.bits << 1) | truth) & (2 ** of - 1);
    state.count = Math.min(state.count + 1, of);
    state.lastAt = at;
  }
  let ones = 0;
  for (let rest = state.bits; rest !== 0; rest &= rest - 1) ones++;
  if (ones >= readings) return Number.isNaN(truth) ? Number.NaN : 1;
  return ones + of - state.count < readings && !Number.isNaN(truth) ? 0 : Number.NaN;
}
