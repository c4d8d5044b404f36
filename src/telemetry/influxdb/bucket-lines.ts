import { downsampledMeasurement } from '../influxql.ts';
import { nameOf } from '../line-protocol.ts';
import type { Series } from './server.ts';
import { windowOf } from './window.ts';

interface Totals {
  sum: number;
  min: number;
  max: number;
  count: number;
}

/** A line for each channel and window of a device's readings, as `readingsStatement` gives them. */
export function linesOfReadings({ tags, columns, values }: Series): string[] {
  return columns.flatMap((channel, at) => {
    if (channel === 'time') return [];
    const windows = new Map<number, Totals>();
    for (const row of values) {
      const value = row[at];
      // Another program may have written text into a field.
      if (typeof value !== 'number') continue;
      const start = windowOf(Number(row[0]));
      const totals = windows.get(start);
      if (totals) {
        totals.sum += value;
        totals.count += 1;
        if (value < totals.min) totals.min = value;
        if (value > totals.max) totals.max = value;
      } else {
        windows.set(start, { sum: value, min: value, max: value, count: 1 });
      }
    }
    return Array.from(windows, ([start, totals]) => line(tags, channel, start, totals));
  });
}

/** The same of totals that InfluxDB has made itself, as `totalsStatement` gives them: columns `sum_level` and so on. */
export function linesOfTotals({ tags, columns, values }: Series): string[] {
  return columns.flatMap((column) => {
    if (!column.startsWith('sum_')) return [];
    const channel = column.slice('sum_'.length);
    const at = ['sum', 'min', 'max', 'count'].map((name) => columns.indexOf(`${name}_${channel}`));
    return values.flatMap((row) => {
      const [sum, min, max, count] = at.map((index) => row[index]) as number[];
      return count ? [line(tags, channel, Number(row[0]), { sum: sum!, min: min!, max: max!, count })] : [];
    });
  });
}

function line(tags: Series['tags'], channel: string, start: number, { sum, min, max, count }: Totals): string {
  const type = tags?.type ? `,type=${nameOf(tags.type)}` : '';
  const series = `${downsampledMeasurement},device=${nameOf(tags?.device ?? '')}${type},channel=${nameOf(channel)}`;
  return `${series} sum=${sum},min=${min},max=${max},count=${count}i ${start}`;
}
