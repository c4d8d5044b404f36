import { type CalendarChange, calendarChanges, calendarSeries } from './calendar-series.ts';
import { begin, dayMs, type QuietSeries } from './quiet-series.ts';
import type { Contender } from './references.ts';

/** What a change of the calendar makes a contender say. */
export interface CalendarRow {
  change: string;
  /** Alarms a series from the change to its end, in the mean; how many the same time brings without it; the most of any. */
  alarms: number;
  without: number;
  most: number;
}

export function calendarRows(contender: Contender, each = 4): CalendarRow[] {
  return calendarChanges.map((change) => {
    const count = (changed: boolean) =>
      calendarSeries(change, each, changed).map((series) => alarmsIn(contender, series, change));
    const mean = (counts: number[]) => counts.reduce((a, b) => a + b) / counts.length;
    const counts = count(true);
    return { change: change.name, alarms: mean(counts), without: mean(count(false)), most: Math.max(...counts) };
  });
}

/** Alarms while a change lasts, each as the contender says it. */
export function alarmsIn(contender: Contender, { times, values }: QuietSeries, { fromDay, untilDay }: CalendarChange) {
  const detect = contender.create();
  let alarms = 0;
  for (const [i, value] of values.entries()) {
    const at = times[i]!;
    if (detect(at, value) && at >= begin + fromDay * dayMs && at < begin + untilDay * dayMs) alarms++;
  }
  return alarms;
}
