import { medianSorted } from 'simple-statistics';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** A Monday. */
export const begin = Date.UTC(2026, 0, 5);

/** A series in which nothing is wrong, but for the times that its `troubles` name. */
export interface QuietSeries {
  /** What it is of: a channel of a device type, or the name of a made series. */
  name: string;
  device: string;
  /** When its values were measured, milliseconds since the epoch, in their order. */
  times: Float64Array;
  values: Float64Array;
  /** From, and to: times in which something is wrong by itself. */
  troubles: [number, number][];
  /** Median over the days of the difference between the highest and the lowest value of a day. */
  dailyRange: number;
  /** Whether it follows the hour of the day: its hourly means reach over more than half of the daily range. */
  hasRhythm: boolean;
}

/** Whether a stretch of time touches none of the troubles of a series. */
export function isQuiet({ troubles }: QuietSeries, from: number, to: number): boolean {
  return troubles.every((trouble) => to < trouble[0] || from > trouble[1]);
}

/** A series with what can be told from its values. */
export function quiet(
  name: string,
  device: string,
  times: Float64Array,
  values: Float64Array,
  troubles: [number, number][] = [],
): QuietSeries {
  const days = new Map<number, { low: number; high: number }>();
  const hours = Array.from({ length: 24 }, () => ({ sum: 0, count: 0 }));
  for (const [i, value] of values.entries()) {
    const at = times[i]!;
    if (troubles.some(([from, to]) => at >= from && at <= to)) continue;
    const number = Math.floor((at - times[0]!) / dayMs);
    const day = days.get(number) ?? { low: value, high: value };
    days.set(number, { low: Math.min(day.low, value), high: Math.max(day.high, value) });
    const hour = hours[Math.floor(at / hourMs) % 24]!;
    hour.sum += value;
    hour.count++;
  }
  const ranges = [...days.values()].map(({ low, high }) => high - low).sort((a, b) => a - b);
  const means = hours.filter(({ count }) => count > 0).map(({ sum, count }) => sum / count);
  const dailyRange = medianSorted(ranges);
  const hasRhythm = Math.max(...means) - Math.min(...means) > dailyRange / 2;
  return { name, device, times, values, troubles, dailyRange, hasRhythm };
}

/** A series of so many days with a value each five minutes. */
export function everyFiveMinutes(
  name: string,
  device: string,
  days: number,
  valueAt: (at: number) => number,
): QuietSeries {
  const times = Float64Array.from({ length: (days * dayMs) / (5 * minuteMs) }, (_, i) => begin + i * 5 * minuteMs);
  return quiet(name, device, times, times.map(valueAt));
}
