import { medianSorted } from 'simple-statistics';
import type { Random } from '../../simulator/random.ts';
import { dayMs, hourMs, minuteMs, type QuietSeries } from './quiet-series.ts';

/** One way in which a series goes wrong. */
export interface Injection {
  name: string;
  /** For how long, and until when after its beginning an alarm counts as finding it; 0: one reading. */
  lastsMs: number;
  /** Not every series can show it. */
  fits?: (series: QuietSeries) => boolean;
  /** The value at a moment of the anomaly. */
  change(value: number, context: { sinceMs: number; before: number; series: QuietSeries; random: Random }): number;
}

/** By half of what the series moves on a normal day. */
const half = (series: QuietSeries) => series.dailyRange / 2;

export const injections: Injection[] = [
  { name: 'point', lastsMs: 0, change: (value, { series }) => value + series.dailyRange },
  { name: 'shift', lastsMs: dayMs, change: (value, { series }) => value + half(series) },
  { name: 'shift down', lastsMs: dayMs, change: (value, { series }) => value - half(series) },
  {
    name: 'drift',
    lastsMs: 2 * dayMs,
    change: (value, { series, sinceMs }) => value + half(series) * (sinceMs / (2 * dayMs)),
  },
  {
    name: 'spread',
    lastsMs: dayMs,
    change: (value, { series, random }) => value + (half(series) / 2) * random.normal(),
  },
  // A series that stands still by itself for hours shows nothing when it stands still.
  { name: 'stuck', lastsMs: dayMs, fits: moves, change: (_, { before }) => before },
  {
    name: 'missing rhythm',
    lastsMs: dayMs,
    fits: (series) => series.hasRhythm,
    // The course of the day stays away; what is left is the noise of the hour of its beginning.
    change: (value, { before, sinceMs, series }) => before + noiseOf(series, value, sinceMs),
  },
];

/** Whether it changes its value within two hours, nearly always. */
function moves({ values, times }: QuietSeries): boolean {
  const intervals = times.slice(1).map((time, i) => time - times[i]!);
  const everyMs = medianSorted(Array.from(intervals.sort()));
  let same = 0;
  let standing = 0;
  for (let i = 1; i < values.length; i++) {
    same = values[i] === values[i - 1] ? same + 1 : 0;
    if (same * everyMs > 2 * hourMs) standing++;
  }
  return standing < values.length / 100;
}

/** A little of the reading, so that nothing stands still. */
function noiseOf(series: QuietSeries, value: number, sinceMs: number): number {
  const fine = (value * 1000) % 1;
  return (series.dailyRange / 100) * (fine + Math.sin(sinceMs / minuteMs));
}
