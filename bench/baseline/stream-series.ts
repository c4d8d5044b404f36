import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type QuietSeries, quiet } from './quiet-series.ts';

/**
 * Series from a folder: files `NAME.csv` with lines of time and value under a line of names, and `windows.json` with the
 * times in which people found something wrong: `{ "NAME": [["2026-03-01T00:00:00Z", "2026-03-01T06:00:00Z"]] }`. Without
 * that file nothing is wrong anywhere.
 */
export function streamSeries(folder: string): QuietSeries[] {
  const files = readdirSync(folder).sort();
  const windows: Record<string, [string, string][]> = files.includes('windows.json')
    ? JSON.parse(readFileSync(join(folder, 'windows.json'), 'utf8'))
    : {};
  return files
    .filter((file) => file.endsWith('.csv'))
    .map((file) => {
      const name = file.slice(0, -'.csv'.length);
      const rows = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.split(','))
        .map(([time, value]) => ({ time: Date.parse(time!), value: value ? Number(value) : Number.NaN }))
        .filter(({ time, value }) => Number.isFinite(time) && Number.isFinite(value));
      const troubles = (windows[name] ?? []).map(([from, to]): [number, number] => [Date.parse(from), Date.parse(to)]);
      const times = Float64Array.from(rows, ({ time }) => time);
      const values = Float64Array.from(rows, ({ value }) => value);
      return quiet('streams', name, times, values, troubles);
    });
}
