import { describe, expect, it } from 'vitest';
import { alarmsIn } from '../../bench/baseline/calendar-rows.ts';
import { calendarChanges, calendarSeries } from '../../bench/baseline/calendar-series.ts';
import { createDetector, defaultThreshold } from '../../src/baseline/detector.ts';

const detector = {
  name: 'Tocsin',
  create() {
    const one = createDetector();
    return (time: number, value: number) => one.update(time, value) >= defaultThreshold;
  },
};

/** The most that a change may bring in a series, and all of them in the mean: a day, not a week. */
const most: Record<string, { mean: number; most: number }> = {
  'public holiday in the fourth week': { mean: 2, most: 3 },
  'public holiday': { mean: 2, most: 3 },
  // On the way out, on the way back, and one more.
  'week of holidays': { mean: 4, most: 5 },
  'two weeks away': { mean: 4, most: 5 },
  'Sunday at work': { mean: 2, most: 3 },
  'clocks go forward': { mean: 2, most: 3 },
  // Three months bring three by themselves.
  'season over three months': { mean: 6, most: 8 },
};

describe('a calendar that changes', () => {
  it.each(calendarChanges)('brings no week of false alarms: $name', (change) => {
    const counts = calendarSeries(change, 2, true).map((series) => alarmsIn(detector, series, change));
    expect(Math.max(...counts)).toBeLessThanOrEqual(most[change.name]!.most);
    expect(counts.reduce((a, b) => a + b) / counts.length).toBeLessThanOrEqual(most[change.name]!.mean);
  });
});
