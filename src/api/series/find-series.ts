import type { Channel } from '../../model/channel.ts';
import type { Device as ModelDevice } from '../../model/device.ts';
import { clockMarkOf } from '../../model/reading.ts';
import type { ApiContext } from '../context.ts';
import type { Series } from '../contract.ts';
import { stepFor } from './step.ts';
import { thresholdsOf } from './thresholds.ts';

/** The band changes slowly (by hour of the day), so it needs fewer points than the values. */
const bandPoints = 150;

export interface SeriesQuery {
  device: ModelDevice;
  channel: Channel;
  /** Measured time, milliseconds since the epoch; `to` exclusive. */
  from: number;
  to: number;
  /** How many steps at most. */
  points: number;
}

/**
 * What a chart of one channel shows: values in steps, the band that is normal for this device, and the limits of the rules that hold for it.
 * @throws TocsinError TELEMETRY_UNAVAILABLE
 */
export async function findSeries(context: ApiContext, query: SeriesQuery): Promise<Series> {
  const { device, channel, from, to, points } = query;
  const deviceId = device.id;
  const stepMs = stepFor(to - from, points);
  const [values, marks, baseline] = await Promise.all([
    context.historian.range({ deviceId, channel: channel.name, from, to, stepMs }),
    context.historian.range({ deviceId, channel: clockMarkOf(channel.name), from, to, stepMs }),
    channel.baseline ? baselineOf(context, query) : { band: [], deviation: null },
  ]);
  const marked = new Map(marks.map(({ at, count }) => [at, count]));
  const buckets = values.map((bucket) => ({ ...bucket, clock: marked.get(bucket.at) }));
  const book = await context.rules.book();
  const rules = book.effective(book.placeOf(device)).map(({ rule }) => rule);
  const type = context.deviceTypes.get(device.type);
  const thresholds = type ? thresholdsOf({ ...type, rules }, channel, context.aroundOf(device)) : [];
  return { deviceId, channel: channel.name, unit: channel.unit, stepMs, buckets, ...baseline, thresholds };
}

/** Values can be read without their band, so a chart is not refused when the engine is just starting again. */
async function baselineOf(
  context: ApiContext,
  { device, channel, from, to }: SeriesQuery,
): Promise<Pick<Series, 'band' | 'borrowedFrom' | 'deviation'>> {
  const stepMs = stepFor(to - from, bandPoints);
  const times: number[] = [];
  for (let at = Math.ceil(from / stepMs) * stepMs; at < to; at += stepMs) times.push(at);
  try {
    const { band, borrowedFrom = [], deviation } = await context.engine.baseline(device.id, channel.name, times);
    const within = deviation && deviation.from < to && (deviation.until ?? to) >= from;
    const borrowed = borrowedFrom.length > 0 ? { borrowedFrom: [...borrowedFrom] } : {};
    return { band, ...borrowed, deviation: within ? deviation : null };
  } catch (error) {
    context.log.warn({ room: 'api', device: device.id, err: error }, 'The baseline could not be asked.');
    return { band: [], deviation: null };
  }
}
