import type { Alarm, DeviceType, LatestValue, Series } from '../../../src/api/contract.ts';
import { stepFor } from '../../../src/api/series/step.ts';
import { thresholdsOf } from '../../../src/api/series/thresholds.ts';
import type { DeviceType as ModelType } from '../../../src/model/device-type.ts';
import { nowhere } from '../../../src/rules/language/surroundings.ts';
import { randomFrom } from '../../support/random.ts';

/** A device whose clock was off for a while. */
const clockOff = 'flood-gauge-004';

type Channel = DeviceType['channels'][number];

/** Usual value and how far it moves. */
const usual: Record<string, [middle: number, spread: number]> = {
  level: [1.2, 0.6],
  rain: [0.1, 0.1],
  flow: [40, 12],
  battery: [82, 0.4],
  heart_rate: [74, 7],
  spo2: [97, 0.8],
  skin_temperature: [33.1, 0.5],
  steps: [12, 11],
  tilt: [1.5, 0.4],
  water_level: [-148, 5],
  ch4: [1.1, 0.5],
  h2s: [0.4, 0.2],
  fume: [0.8, 0.3],
  temperature: [46, 8],
  latitude: [39.91, 0.0002],
  longitude: [116.36, 0.0002],
};

/** The value at a moment: the usual one by time of day, and what an alarm on this channel makes of it. */
export function valueAt(channel: Channel, at: number, alarm: Alarm | undefined, noise: number): number {
  if (channel.kind === 'switch') {
    const within = alarm && at >= alarm.raisedAt && at <= (alarm.clearedAt ?? Number.POSITIVE_INFINITY);
    const during = alarm?.values[channel.name];
    const normal = ['worn', 'fan', 'purifier'].includes(channel.name) ? 1 : 0;
    return within && during !== undefined ? during : normal;
  }
  const [middle, spread] = usual[channel.name] ?? [(channel.min + channel.max) / 2, 1];
  const day = Math.sin((at / 86_400_000) * 2 * Math.PI);
  const base = middle + spread * (0.8 * day + (noise - 0.5));
  const peak = alarm?.values[channel.name];
  if (!alarm || peak === undefined) return clamp(base, channel);
  const rise = 35 * 60_000;
  const end = alarm.clearedAt ?? Number.POSITIVE_INFINITY;
  const share =
    Math.min(1, Math.max(0, (at - alarm.raisedAt + rise) / rise)) * Math.min(1, Math.max(0, (end + rise - at) / rise));
  return clamp(base + (peak - middle) * share ** 1.6 + (noise - 0.5) * spread * share, channel);
}

const clamp = (value: number, { min, max }: Channel) => Math.round(Math.min(max, Math.max(min, value)) * 100) / 100;

export function makeSeries(
  type: DeviceType,
  channel: Channel,
  query: { deviceId: string; from: number; to: number; points: number },
  alarm: Alarm | undefined,
  now: number,
): Series {
  const { deviceId, from, to, points } = query;
  const stepMs = Math.max(type.periodMs, stepFor(to - from, points));
  const next = randomFrom(deviceId.length * 31 + channel.name.length);
  const buckets: Series['buckets'] = [];
  // A silent half hour, four hours ago: the line has to break there.
  const quiet = [now - 4.5 * 3_600_000, now - 4 * 3_600_000] as const;
  for (let at = Math.ceil(from / stepMs) * stepMs; at < Math.min(to, now); at += stepMs) {
    if (at > quiet[0] && at < quiet[1]) continue;
    const mean = valueAt(channel, at, alarm, next());
    const reach = channel.kind === 'switch' ? 0 : (usual[channel.name]?.[1] ?? 1) * 0.5 * next();
    // A quarter of an hour, two hours ago, in which the clock of this device was off.
    const isOff = deviceId === clockOff && at > now - 2.25 * 3_600_000 && at <= now - 2 * 3_600_000;
    const spread = { min: clamp(mean - reach, channel), max: clamp(mean + reach, channel) };
    buckets.push({ at, mean, ...spread, count: 5, ...(isOff && { clock: 5 }) });
  }
  const band: Series['band'] = [];
  if (channel.baseline) {
    const [middle, spread] = usual[channel.name] ?? [0, 1];
    for (let at = Math.ceil(from / 600_000) * 600_000; at < to; at += 600_000) {
      const centre = middle + spread * 0.8 * Math.sin((at / 86_400_000) * 2 * Math.PI);
      band.push({
        at,
        low: clamp(centre - 1.4 * spread, channel),
        middle: centre,
        high: clamp(centre + 1.4 * spread, channel),
      });
    }
  }
  const raised = alarm && channel.name in alarm.values && channel.baseline ? alarm : undefined;
  const peak = raised?.values[channel.name];
  const point = raised && band.find(({ at }) => at >= raised.raisedAt - 20 * 60_000);
  const deviation: Series['deviation'] =
    raised && peak !== undefined && point && (peak > point.high || peak < point.low)
      ? {
          ...point,
          from: point.at,
          at: raised.raisedAt,
          until: raised.clearedAt,
          value: peak,
          score: 0.9992,
          kind: 'extreme',
        }
      : null;
  const thresholds = thresholdsOf(type as unknown as ModelType, channel, nowhere);
  return { deviceId, channel: channel.name, unit: channel.unit, stepMs, buckets, band, deviation, thresholds };
}

export function makeLatest(type: DeviceType, alarm: Alarm | undefined, now: number, silent: boolean): LatestValue[] {
  const next = randomFrom(now >> 14);
  const measuredAt = now - (silent ? 96 : 0.4) * 60_000;
  return type.channels
    .filter((channel) => channel.name !== 'latitude' && channel.name !== 'longitude')
    .map((channel) => ({
      channel: channel.name,
      value: valueAt(channel, now, alarm, next()),
      measuredAt: Math.round(measuredAt),
    }));
}
