import type { Channel, Series } from '../../api/contract.ts';

/**
 * Columns of a chart, all of one length. `null` is a gap in which nothing was measured: the line breaks there, since
 * silence is information. `undefined` only means that this column has no point at this time: the line goes on.
 */
export interface ChartColumns {
  /** Seconds since the epoch, ascending. */
  time: number[];
  mean: (number | null | undefined)[];
  min: (number | null | undefined)[];
  max: (number | null | undefined)[];
  low: (number | null | undefined)[];
  high: (number | null | undefined)[];
  /** Steps with readings whose time was put right, since the device's clock was off. Milliseconds since the epoch. */
  doubtful: { from: number; to: number }[];
}

/**
 * Puts a series' values and its normal band on one axis of time. A value stands in the middle of its step; the last
 * one not later than `now`. A switch that was on at any moment of a step is shown as on: a fall lasts seconds, a step of a
 * long period is minutes, and its mean would be next to nothing. The band keeps to what the channel can measure.
 * @param periodMs reporting period of the device type: a distance of more than three is a gap.
 */
export function chartColumns(
  series: Series,
  channel: Pick<Channel, 'kind' | 'min' | 'max'>,
  periodMs: number,
  now: number,
): ChartColumns {
  const gapMs = 3 * Math.max(series.stepMs, periodMs);
  const values = new Map<number, { mean: number; min: number; max: number } | null>();
  let previous: number | null = null;
  for (const bucket of series.buckets) {
    const at = Math.min(bucket.at + series.stepMs / 2, Math.max(now, bucket.at));
    if (previous !== null && at - previous > gapMs) values.set(previous + 1, null);
    values.set(at, bucket);
    previous = at;
  }
  const band = new Map(series.band.map((point) => [point.at, point]));
  const times = [...new Set([...values.keys(), ...band.keys()])].sort((a, b) => a - b);
  const value = (at: number, pick: 'mean' | 'min' | 'max') => {
    const found = values.get(at);
    return found ? found[pick] : found;
  };
  const within = (limit: number | undefined) =>
    limit === undefined ? undefined : Math.min(channel.max, Math.max(channel.min, limit));
  return {
    time: times.map((at) => at / 1000),
    mean: times.map((at) => value(at, channel.kind === 'switch' ? 'max' : 'mean')),
    min: times.map((at) => value(at, 'min')),
    max: times.map((at) => value(at, 'max')),
    low: times.map((at) => within(band.get(at)?.low)),
    high: times.map((at) => within(band.get(at)?.high)),
    doubtful: doubtfulSpans(series),
  };
}

/** Steps that follow each other are one span. */
function doubtfulSpans({ buckets, stepMs }: Series): ChartColumns['doubtful'] {
  const spans: ChartColumns['doubtful'] = [];
  for (const { at, clock } of buckets) {
    if (!clock) continue;
    const last = spans.at(-1);
    if (last?.to === at) last.to = at + stepMs;
    else spans.push({ from: at, to: at + stepMs });
  }
  return spans;
}

/** Where values stand between two gaps, so that no line leads to or from them. */
export function alonePoints(values: ChartColumns['mean']): number[] {
  // A column without a point of its own breaks no line.
  const places = [...values.keys()].filter((index) => values[index] !== undefined);
  return places.filter(
    (index, n) =>
      values[index] !== null && !isNumber(values[places[n - 1] ?? -1]) && !isNumber(values[places[n + 1] ?? -1]),
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/**
 * Lowest and highest value that the chart shows: everything measured, the band, and those thresholds that are not so
 * far away that the line would be pressed flat.
 */
export function chartRange(columns: ChartColumns, thresholds: readonly number[]): [number, number] {
  const seen = [...columns.min, ...columns.max, ...columns.low, ...columns.high].filter((n) => typeof n === 'number');
  if (seen.length === 0)
    return thresholds.length > 0 ? padded(Math.min(...thresholds), Math.max(...thresholds)) : [0, 1];
  let [low, high] = [least(seen), -least(seen.map((n) => -n))];
  const reach = Math.max(high - low, Math.abs(high) * 0.5, 1e-9) * 2.5;
  const [first, last] = [low, high];
  for (const threshold of thresholds) {
    if (threshold < first - reach || threshold > last + reach) continue;
    low = Math.min(low, threshold);
    high = Math.max(high, threshold);
  }
  return padded(low, high);
}

/** Not Math.min(...list): a long list would overflow the stack. */
function least(list: readonly number[]): number {
  return list.reduce((a, b) => (b < a ? b : a), Number.POSITIVE_INFINITY);
}

function padded(low: number, high: number): [number, number] {
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  // What is never negative (a depth, a concentration) is not shown below zero.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}
