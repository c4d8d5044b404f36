import type { Verdict } from '../model/baseline-word.ts';

/** A false alarm: what is to raise the next one has to be three times rarer. */
const byFalseAlarm = 0.5;
/** A right one takes half of that back, so that one is not outweighed by the first that was right. */
const byRight = -0.25;
/** Ten times rarer at most, and three times less rare: people's words move a series, and never silence it. */
const most = 1;
const least = -0.5;

/**
 * By how much the surprises of a series are lowered, decimal logarithms, given what people said about its alarms and did
 * not take back: 0.5 means that only what is three times rarer scores the same.
 */
export function dampingOf(words: readonly Verdict[]): number {
  const sum = words.reduce(
    (so, word) => so + (word === 'false-alarm' ? byFalseAlarm : word === 'right' ? byRight : 0),
    0,
  );
  return Math.max(least, Math.min(most, sum));
}
