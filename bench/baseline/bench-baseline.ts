import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Random } from '../../simulator/random.ts';
import { createDetector, defaultThreshold } from '../../src/baseline/detector.ts';
import { type Injection, injections } from './injections.ts';
import { dayMs, hourMs, madeSeries, type QuietSeries, townSeries } from './quiet-series.ts';
import { type Contender, rollingMedian, windowedGaussian } from './references.ts';

const detectorFile = join(import.meta.dirname, '../../src/baseline/detector.ts');
const days = 30;
/** Nothing counts before: a device that has just come is not known. */
const knownFrom = 10 * dayMs;
/** Alarms closer together than this are one, for all contenders. */
const sameEventMs = 12 * hourMs;
const baselineChannels = {
  'elder-wristband': 'heart_rate',
  'flood-gauge': 'level',
  'kitchen-fume': 'fume',
  'manhole-cover': 'water_level',
};

const tocsin: Contender = {
  name: 'Tocsin',
  create() {
    const detector = createDetector({ intervalMs: 300_000 });
    return (time, value) => detector.update(time, value) >= defaultThreshold;
  },
};

/** How one contender did on series of one name. */
export interface BaselineRow {
  contender: string;
  series: string;
  falsePerDeviceAndMonth: number;
  /** Injection → part of those found, and median delay in hours. */
  found: Record<string, { recall: number; delayHours: number; cases: number }>;
}

export interface BaselineResult {
  rows: BaselineRow[];
  microseconds: number;
  stateBytes: number;
  /** What the score tool printed about labelled streams; null when there is none. */
  streams: string | null;
}

/** @param score path of a tool that scores a detector file over labelled streams; @param streams their folder. */
export function benchBaseline(score?: string, streams?: string): BaselineResult {
  const series = [...townSeries(baselineChannels, 4, days), ...madeSeries(2, days)];
  const rows: BaselineRow[] = [];
  for (const contender of [tocsin, rollingMedian, windowedGaussian]) {
    for (const name of new Set(series.map((s) => s.name)))
      rows.push(
        rowOf(
          contender,
          name,
          series.filter((s) => s.name === name),
        ),
      );
  }
  return { rows, ...cost(series[0]!), streams: score ? scored(score, streams) : null };
}

function rowOf(contender: Contender, name: string, series: QuietSeries[]): BaselineRow {
  const months = (series.length * (days * dayMs - knownFrom)) / (30 * dayMs);
  const falseAlarms = series.flatMap((one) => alarmsOf(contender, one, one.values, knownFrom)).length;
  const found: BaselineRow['found'] = {};
  for (const injection of injections) {
    const delays = series
      .filter((one) => injection.fits?.(one) ?? true)
      .flatMap((one) => [0, 1].map((turn) => delayOf(contender, one, injection, turn)));
    if (delays.length === 0) continue;
    const hits = delays.filter((delay) => delay !== null).sort((a, b) => a - b);
    found[injection.name] = {
      recall: hits.length / delays.length,
      delayHours: hits.length > 0 ? hits[hits.length >> 1]! / hourMs : Number.NaN,
      cases: delays.length,
    };
  }
  return { contender: contender.name, series: name, falsePerDeviceAndMonth: falseAlarms / months, found };
}

/** Times of alarms, milliseconds since the beginning of the series. */
function alarmsOf(contender: Contender, series: QuietSeries, values: Float64Array, from: number): number[] {
  const detect = contender.create();
  const alarms: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [i, value] of values.entries()) {
    const since = i * series.everyMs;
    if (!detect(series.beginAt + since, value)) continue;
    if (since >= from && since - last > sameEventMs) alarms.push(since);
    last = since;
  }
  return alarms;
}

/** How long after its beginning an injected anomaly was found; null when it was not. */
function delayOf(contender: Contender, series: QuietSeries, injection: Injection, turn: number): number | null {
  const random = new Random(series.device, injection.name, turn);
  const { everyMs, beginAt } = series;
  const first = Math.round((18 * dayMs + random.between(0, 7 * dayMs)) / everyMs);
  const end = Math.min(series.values.length, first + Math.ceil(injection.lastsMs / everyMs));
  const detect = contender.create();
  const before = series.values[first - 1]!;
  for (let i = 0; i < end; i++) {
    const sinceMs = (i - first) * everyMs;
    const value = series.values[i]!;
    const seen = i < first ? value : injection.change(value, { sinceMs, before, series, random });
    if (detect(beginAt + i * everyMs, seen) && i >= first) return sinceMs;
  }
  return null;
}

function cost(series: QuietSeries): { microseconds: number; stateBytes: number } {
  const detector = createDetector({ intervalMs: series.everyMs });
  const began = process.hrtime.bigint();
  for (const [i, value] of series.values.entries()) detector.update(series.beginAt + i * series.everyMs, value);
  const microseconds = Number(process.hrtime.bigint() - began) / 1000 / series.values.length;
  return { microseconds, stateBytes: JSON.stringify(detector.state()).length };
}

function scored(tool: string, streams?: string): string {
  const args = [tool, detectorFile, ...(streams ? ['--streams', streams] : [])];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
}
