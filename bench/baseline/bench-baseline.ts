import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { medianSorted } from 'simple-statistics';
import { createDetector, defaultThreshold } from '../../src/baseline/detector.ts';
import { type CalendarRow, calendarRows } from './calendar-rows.ts';
import { madeSeries } from './made-series.ts';
import { dayMs, hourMs, type QuietSeries } from './quiet-series.ts';
import { type Contender, rollingMedian, windowedGaussian } from './references.ts';
import { streamSeries } from './stream-series.ts';
import { townSeries } from './town-series.ts';
import { type Trial, trial } from './trial.ts';

const detectorFile = join(import.meta.dirname, '../../src/baseline/detector.ts');
const days = 30;

export const tocsin: Contender = {
  name: 'Tocsin',
  create() {
    const detector = createDetector();
    return (time, value) => detector.update(time, value) >= defaultThreshold;
  },
};

/** How one contender did on series of one name, or of one group. */
export interface BaselineRow {
  contender: string;
  series: string;
  falsePerDeviceAndMonth: number;
  falsePerDeviceAndWeek: number;
  /** Injection → part of those found, and median delay in hours. */
  found: Record<string, { recall: number; delayHours: number; cases: number }>;
}

export interface BaselineResult {
  rows: BaselineRow[];
  calendar: CalendarRow[];
  microseconds: number;
  stateBytes: number;
  /** What the score tool printed about labelled streams; null when there is none. */
  score: string | null;
}

/**
 * @param streams folder of further series, see `streamSeries`.
 * @param score path of a tool that scores a detector file over labelled streams, by `--streams FOLDER`.
 */
export function benchBaseline(score?: string, streams?: string): BaselineResult {
  const town = townSeries(4, days);
  const groups: Record<string, { series: QuietSeries[]; turns: number }> = {
    'the town': { series: town, turns: 2 },
    'made series': { series: madeSeries(2, days), turns: 2 },
    ...(streams ? { [streams]: { series: streamSeries(streams), turns: 4 } } : {}),
  };
  const rows = [tocsin, rollingMedian, windowedGaussian].flatMap((contender) =>
    Object.entries(groups).flatMap(([group, { series, turns }]) => rowsOf(contender, group, series, turns)),
  );
  return { rows, calendar: calendarRows(tocsin), ...cost(town[0]!), score: score ? scored(score, streams) : null };
}

/** A row for each name of series, and one for the group where it has several. */
export function rowsOf(contender: Contender, group: string, series: QuietSeries[], turns: number): BaselineRow[] {
  const trials = series.map((one) => ({ name: one.name, ...trial(contender, one, turns) }));
  const names = [...new Set(series.map(({ name }) => name))];
  const rows = names.map((name) =>
    rowOf(
      contender.name,
      name,
      trials.filter((one) => one.name === name),
    ),
  );
  return names.length > 1 ? [rowOf(contender.name, group, trials), ...rows] : rows;
}

function rowOf(contender: string, series: string, trials: Trial[]): BaselineRow {
  const sum = (of: (one: Trial) => number) => trials.reduce((so, one) => so + of(one), 0);
  const perDay = sum((one) => one.falseAlarms) / (sum((one) => one.quietMs) / dayMs);
  const found: BaselineRow['found'] = {};
  for (const name of new Set(trials.flatMap(({ delays }) => Object.keys(delays)))) {
    const delays = trials.flatMap((one) => one.delays[name] ?? []);
    const hits = delays.filter((delay) => delay !== null).sort((a, b) => a - b);
    found[name] = {
      recall: hits.length / delays.length,
      delayHours: hits.length > 0 ? medianSorted(hits) / hourMs : Number.NaN,
      cases: delays.length,
    };
  }
  return { contender, series, falsePerDeviceAndMonth: 30 * perDay, falsePerDeviceAndWeek: 7 * perDay, found };
}

function cost({ times, values }: QuietSeries): { microseconds: number; stateBytes: number } {
  const detector = createDetector();
  const began = process.hrtime.bigint();
  for (const [i, value] of values.entries()) detector.update(times[i]!, value);
  const microseconds = Number(process.hrtime.bigint() - began) / 1000 / values.length;
  return { microseconds, stateBytes: JSON.stringify(detector.state()).length };
}

function scored(tool: string, streams?: string): string {
  const args = [tool, detectorFile, ...(streams ? ['--streams', streams] : [])];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
}
