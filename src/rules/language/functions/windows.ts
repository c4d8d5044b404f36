import { asDecimal } from '../../exact.ts';
import { newestTime } from '../../windows/memory.ts';
import type { Bounds } from '../bounds.ts';
import type { Evaluate, RuleWindow, WindowQuestion } from '../context.ts';
import type { Call, RuleFunction } from '../function.ts';
import { difference, dimensionless, hourly, inMeasure, percent } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import { number, type Typed } from '../typed.ts';

type Asked = (window: RuleWindow, channel: number) => Evaluate;

/**
 * A change per second as one in an hour, as one would have it on paper: 0.1 cm in a minute is not more than 6 cm/h, and
 * what limits are written in is no short number per second.
 */
function inAnHour(perSecond: number): number {
  const change = perSecond * 3600;
  return asDecimal(change, Math.abs(change));
}

/**
 * Each a function of its own, so that the machine code of one is not that of all. A window ends at the newest reading of
 * its channel: when that is further back than a gap may be, what it says is of another time, and not known now. Sum and
 * number are of what came until now; of a gap nobody knows what it would have added.
 */
const asked = {
  avg: (window, i) => (c) => (c.now - newestTime(c.past, i) <= window.maxGapMs ? window.avg(c.past) : Number.NaN),
  min: (window, i) => (c) => (c.now - newestTime(c.past, i) <= window.maxGapMs ? window.min(c.past) : Number.NaN),
  max: (window, i) => (c) => (c.now - newestTime(c.past, i) <= window.maxGapMs ? window.max(c.past) : Number.NaN),
  sum: (window) => (c) => (window.isWhole(c.past, c.now) ? window.sum(c.past, c.now) : Number.NaN),
  count: (window) => (c) => window.count(c.past, c.now),
  delta: (window, i) => (c) => (c.now - newestTime(c.past, i) <= window.maxGapMs ? window.delta(c.past) : Number.NaN),
  rate: (window, i) => (c) =>
    c.now - newestTime(c.past, i) <= window.maxGapMs ? inAnHour(window.rate(c.past)) : Number.NaN,
  slope: (window, i) => (c) =>
    c.now - newestTime(c.past, i) <= window.maxGapMs ? inAnHour(window.slope(c.past)) : Number.NaN,
  fit: (window, i) => (c) => (c.now - newestTime(c.past, i) <= window.maxGapMs ? window.fit(c.past) : Number.NaN),
} satisfies Partial<Record<WindowQuestion, Asked>>;
type Plain = keyof typeof asked;

/** Between the least and the greatest reading. */
function ofReadings(window: RuleWindow): Bounds {
  return { low: (c) => window.low(c.past), high: (c) => window.high(c.past) };
}

/** Between what the sensor goes down and up. */
function ofChanges(window: RuleWindow, perMs = 1): Bounds {
  const span: Evaluate = (c) => (window.high(c.past) - window.low(c.past)) * perMs;
  return { low: (c) => -span(c), high: span };
}

/** Between what each says without asking the window; a line can be as steep as it will. */
const boundsOf: Partial<Record<Plain, (window: RuleWindow) => Bounds | undefined>> = {
  avg: ofReadings,
  min: ofReadings,
  max: ofReadings,
  sum: (window) => ({
    low: (c) => window.most(c.past) * Math.min(0, window.low(c.past)),
    high: (c) => window.most(c.past) * Math.max(0, window.high(c.past)),
  }),
  count: (window) => ({ low: () => 0, high: (c) => window.most(c.past) }),
  delta: (window) => ofChanges(window),
  rate: (window) => (window.leastApartMs > 0 ? ofChanges(window, 3_600_000 / window.leastApartMs) : undefined),
};

/** What a window over a channel and a duration says. */
function windowFunction(name: Plain): RuleFunction {
  return {
    name,
    example: `${name}(level, 10 min)`,
    takes: [2, 2],
    compile(call): Typed {
      const { index, measure, min, isMomentary } = call.expression.channel(call);
      // Its number falls with time, and nobody says that it does not come.
      if (isMomentary) call.expression.scope.everySample();
      const window = windowOf(call, index, call.args[1]!, name);
      const run = asked[name](window, index);
      const bounds = boundsOf[name]?.(window);
      if (name === 'count' || name === 'fit') return { ...number(dimensionless, run), bounds };
      if (name === 'rate' || name === 'slope') return { ...number(hourly(measure), run), bounds };
      if (name === 'delta') return { ...number(difference(measure), run), bounds };
      if (name !== 'sum') return { ...number(measure, run), bounds, channel: index };
      const atLeast: Evaluate | undefined = min < 0 ? undefined : (c) => window.sum(c.past, c.now);
      return { ...number(measure, run), bounds, ...(atLeast && { atLeast }) };
    },
  };
}

/**
 * The longest window. Readings closer together than 1/2048 of it are kept as one, so that its memory has a bound whatever
 * it spans: in 90 days, an hour. And no longer are readings themselves kept unless somebody has set it otherwise, so that
 * neither a backtest nor an explanation could follow what a longer one says.
 */
const longestMs = 90 * 86_400_000;

/** The window that a call asks something of. */
export function windowOf(call: Call, channel: number, span: Call['node'], question: WindowQuestion): RuleWindow {
  const { expression } = call;
  const spanMs = expression.duration(call, span);
  if (spanMs > longestMs) return expression.fail(span, mistakes.windowTooLong);
  const window = expression.scope.window(channel, spanMs);
  window.keepFor(question);
  return window;
}

function rankedAt(window: RuleWindow, channel: number, share: number): Evaluate {
  return (c) =>
    c.now - newestTime(c.past, channel) <= window.maxGapMs ? window.percentile(c.past, share) : Number.NaN;
}

const median: RuleFunction = {
  name: 'median',
  example: 'median(level, 10 min)',
  takes: [2, 2],
  compile(call): Typed {
    const { index, measure } = call.expression.channel(call);
    const window = windowOf(call, index, call.args[1]!, 'percentile');
    return { ...number(measure, rankedAt(window, index, 0.5)), channel: index, bounds: ofReadings(window) };
  },
};

const percentile: RuleFunction = {
  name: 'percentile',
  example: 'percentile(level, 95 %, 10 min)',
  takes: [3, 3],
  compile(call): Typed {
    const { expression, args } = call;
    const { index, measure } = expression.channel(call);
    const typed = expression.number(args[1]!);
    const { constant } = typed;
    const ofHundred =
      constant === undefined || (typed.measure.dimension !== 'one' && typed.measure.dimension !== 'fraction')
        ? Number.NaN
        : typed.measure.dimension === 'one'
          ? constant
          : inMeasure(constant, typed.measure, percent);
    if (!(ofHundred >= 0 && ofHundred <= 100))
      return expression.fail(args[1]!, mistakes.percentileRange(percentile.example));
    const window = windowOf(call, index, args[2]!, 'percentile');
    return { ...number(measure, rankedAt(window, index, ofHundred / 100)), channel: index, bounds: ofReadings(window) };
  },
};

/** Over the readings of the last so many minutes of measured time. */
export const windowFamily: RuleFunction[] = [
  ...(Object.keys(asked) as Plain[]).map(windowFunction),
  median,
  percentile,
];
