import { Random } from '../../simulator/random.ts';
import { begin, dayMs, everyFiveMinutes, hourMs, type QuietSeries } from './quiet-series.ts';

/** Makes the values of one series: what it is at a time. */
type Maker = (random: Random) => (at: number) => number;

/** Kinds of series that the town has none of. */
const kinds: Record<string, Maker> = {
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

/** So many made series of each kind. */
export function madeSeries(each: number, days: number): QuietSeries[] {
  return Object.entries(kinds).flatMap(([name, make]) =>
    Array.from({ length: each }, (_, index) =>
      everyFiveMinutes(name, `${name} ${index}`, days, make(new Random(name, index))),
    ),
  );
}
