import { join } from 'node:path';
import { loadBehaviours } from '../../simulator/behaviour.ts';
import { Random } from '../../simulator/random.ts';
import { SimulatedDevice } from '../../simulator/simulated-device.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** A Monday. */
const begin = Date.UTC(2026, 0, 5);

/** A series in which nothing is wrong, a value each `everyMs`. */
export interface QuietSeries {
  /** What it is of: a channel of a device type, or the name of a made series. */
  name: string;
  device: string;
  everyMs: number;
  beginAt: number;
  values: Float64Array;
  /** Median over the days of the difference between the highest and the lowest value of a day. */
  dailyRange: number;
  /** Whether it follows the hour of the day: its hourly means reach over more than half of the daily range. */
  hasRhythm: boolean;
}

/** What the devices of the simulated town measure, one series for each channel that has a baseline. */
export function townSeries(channels: Record<string, string>, devices: number, days: number): QuietSeries[] {
  const behaviours = loadBehaviours(join(import.meta.dirname, '../../devices'));
  return Object.entries(channels).flatMap(([type, channel]) => {
    const behaviour = behaviours.get(type)!;
    return Array.from({ length: devices }, (_, index) => {
      const id = `${type}-${index}`;
      const device = new SimulatedDevice(id, behaviour, { latitude: 0, longitude: 0 }, 1);
      return quiet(`${type} ${channel}`, id, days, (at) => Number(device.measure(at)[channel]));
    });
  });
}

/** Series that the town has none of: a working week, counts of few, a heavy tail, coarse steps. */
export function madeSeries(each: number, days: number): QuietSeries[] {
  const kinds: Record<string, (random: Random) => (at: number) => number> = {
    'working week': (random) => (at) => {
      const hour = (at / hourMs) % 24;
      const works = Math.floor((at - begin) / dayMs) % 7 < 5;
      return (works ? 50 * Math.exp(-((hour - 13) ** 2) / 20) : 8) + 3 * random.normal();
    },
    counts: (random) => (at) => {
      const mean = 3 + 2.5 * Math.sin((2 * Math.PI * at) / dayMs);
      let count = -1;
      for (let product = 1; product > Math.exp(-mean); count++) product *= random.next();
      return count;
    },
    'heavy tail': (random) => () => Math.exp(random.normal() + random.normal() / 2),
    'coarse steps': (random) => () => Math.round(1.2 * random.normal()),
    'slow walk': (random) => {
      let x = 0;
      return () => {
        x = 0.99 * x + random.normal();
        return x;
      };
    },
  };
  return Object.entries(kinds).flatMap(([name, make]) =>
    Array.from({ length: each }, (_, index) => quiet(name, `${name} ${index}`, days, make(new Random(name, index)))),
  );
}

function quiet(name: string, device: string, days: number, valueAt: (at: number) => number): QuietSeries {
  const everyMs = 5 * minuteMs;
  const perDay = dayMs / everyMs;
  const values = Float64Array.from({ length: days * perDay }, (_, i) => valueAt(begin + i * everyMs));
  const ranges = Array.from({ length: days }, (_, day) => {
    const ofDay = values.subarray(day * perDay, (day + 1) * perDay);
    return Math.max(...ofDay) - Math.min(...ofDay);
  }).sort((a, b) => a - b);
  const dailyRange = ranges[ranges.length >> 1]!;
  const hours = new Float64Array(24);
  for (const [i, value] of values.entries()) hours[Math.floor((i * everyMs) / hourMs) % 24]! += value;
  const reach = (Math.max(...hours) - Math.min(...hours)) / (values.length / 24);
  return { name, device, everyMs, beginAt: begin, values, dailyRange, hasRhythm: reach > dailyRange / 2 };
}
