import { Random } from '../../simulator/random.ts';
import { type Injection, injections } from './injections.ts';
import { dayMs, hourMs, isQuiet, type QuietSeries } from './quiet-series.ts';
import type { Contender } from './references.ts';

/** Alarms closer together than this are one, for all contenders. */
const sameEventMs = 12 * hourMs;
/** Nothing counts in the first third of a series: what has just come is not known. */
const knownAfter = 1 / 3;
/** Anomalies begin after this part of a series, so that there is something to know. */
const injectedAfter = 0.6;

/** How one contender did on one series. */
export interface Trial {
  /** For how long alarms counted as false, milliseconds, and how many there were. */
  quietMs: number;
  falseAlarms: number;
  /** Injection → how long after its beginning each was found, milliseconds; null for one that was not. */
  delays: Record<string, (number | null)[]>;
}

/**
 * @param turns how many anomalies of each kind, one at a time.
 */
export function trial(contender: Contender, series: QuietSeries, turns: number): Trial {
  const alarmed = alarmRows(contender, series);
  const delays: Trial['delays'] = {};
  for (const injection of injections) {
    if (series.dailyRange === 0 || !(injection.fits?.(series) ?? true)) continue;
    const found = Array.from({ length: turns }, (_, turn) => delayOf(contender, series, injection, turn, alarmed));
    delays[injection.name] = found.filter((delay) => delay !== undefined);
  }
  return { ...falseAlarmsOf(series, alarmed), delays };
}

/** The rows at which a contender alarms while nothing is injected. */
function alarmRows(contender: Contender, { times, values }: QuietSeries): Set<number> {
  const detect = contender.create();
  const rows = new Set<number>();
  for (const [i, value] of values.entries()) if (detect(times[i]!, value)) rows.add(i);
  return rows;
}

function falseAlarmsOf(series: QuietSeries, alarmed: Set<number>): { quietMs: number; falseAlarms: number } {
  const { times, troubles } = series;
  const [first, end] = [times[0]!, times.at(-1)!];
  const from = first + (end - first) * knownAfter;
  let falseAlarms = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const row of alarmed) {
    const at = times[row]!;
    if (at >= from && at - last > sameEventMs && isQuiet(series, at, at)) falseAlarms++;
    last = at;
  }
  const troubled = troubles.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, end) - Math.max(a, from)), 0);
  return { quietMs: end - from - troubled, falseAlarms };
}

/**
 * How long after its beginning an injected anomaly was found; null when it was not, undefined where there is no place for
 * it. An alarm that would have come at that row without it does not count.
 */
function delayOf(
  contender: Contender,
  series: QuietSeries,
  injection: Injection,
  turn: number,
  alarmed: Set<number>,
): number | null | undefined {
  const { times, values, device } = series;
  const random = new Random(device, injection.name, turn);
  const first = placeFor(series, injection, random);
  if (first === null) return undefined;
  const detect = contender.create();
  const before = values[first - 1]!;
  const beginsAt = times[first]!;
  for (let i = 0; i < values.length && times[i]! <= beginsAt + injection.lastsMs; i++) {
    const sinceMs = times[i]! - beginsAt;
    const value = values[i]!;
    const seen = i < first ? value : injection.change(value, { sinceMs, before, series, random });
    if (detect(times[i]!, seen) && i >= first && !alarmed.has(i)) return sinceMs;
  }
  return null;
}

/** A row at which an anomaly can begin: nothing is wrong by itself from a day before to its end, and the series goes on. */
function placeFor(series: QuietSeries, { lastsMs }: Injection, random: Random): number | null {
  const { times } = series;
  const from = times[0]! + (times.at(-1)! - times[0]!) * injectedAfter;
  const places = Array.from(times.keys()).filter((i) => {
    const at = times[i]!;
    return at >= from && at + lastsMs <= times.at(-1)! && isQuiet(series, at - dayMs, at + lastsMs);
  });
  return places.length === 0 ? null : places[Math.floor(random.between(0, places.length))]!;
}
