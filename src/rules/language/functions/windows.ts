import type { Evaluate, RuleWindow } from '../context.ts';
import type { Call, RuleFunction } from '../function.ts';
import { difference, dimensionless, inMeasure, percent, perSecond } from '../measures.ts';
import { number, type Typed } from '../typed.ts';

type Plain = Exclude<keyof RuleWindow, 'percentile'>;

/** Each a function of its own, so that the machine code of one is not that of all. */
const asked: Record<Plain, (slot: number) => Evaluate> = {
  avg: (slot) => (c) => c.windows[slot]!.avg(),
  min: (slot) => (c) => c.windows[slot]!.min(),
  max: (slot) => (c) => c.windows[slot]!.max(),
  median: (slot) => (c) => c.windows[slot]!.median(),
  sum: (slot) => (c) => c.windows[slot]!.sum(),
  count: (slot) => (c) => c.windows[slot]!.count(),
  delta: (slot) => (c) => c.windows[slot]!.delta(),
  rate: (slot) => (c) => c.windows[slot]!.rate(),
  slope: (slot) => (c) => c.windows[slot]!.slope(),
  fit: (slot) => (c) => c.windows[slot]!.fit(),
};

/** What a window over a channel and a duration says. */
function windowFunction(name: Plain): RuleFunction {
  return {
    name,
    example: `${name}(level, 10 min)`,
    takes: [2, 2],
    compile(call): Typed {
      const { index, measure } = call.expression.channel(call);
      const slot = windowOf(call, index, call.args[1]!);
      const run = asked[name](slot);
      if (name === 'count' || name === 'fit') return number(dimensionless, run);
      if (name === 'rate' || name === 'slope') return number(perSecond(measure), run);
      if (name === 'delta') return number(difference(measure), run);
      return name === 'sum' ? number(measure, run) : { ...number(measure, run), channel: index };
    },
  };
}

/**
 * The longest window. Readings closer together than 1/2048 of it are kept as one, so that its memory has a bound whatever
 * it spans: in 90 days, an hour. And no longer are readings themselves kept unless somebody has set it otherwise, so that
 * neither a backtest nor an explanation could follow what a longer one says.
 */
const longestMs = 90 * 86_400_000;

/** The index of the window that a call asks for. */
export function windowOf(call: Call, channel: number, span: Call['node']): number {
  const { expression } = call;
  const spanMs = expression.duration(call, span);
  if (spanMs > longestMs)
    return expression.fail(
      span,
      `a window is 90 d at most: it remembers 2,048 readings, which in a longer one are over an hour apart`,
    );
  return expression.scope.window(channel, spanMs);
}

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
      return expression.fail(args[1]!, `percentile takes 0 to 100 here, as in ${percentile.example}`);
    const slot = windowOf(call, index, args[2]!);
    return { ...number(measure, (c) => c.windows[slot]!.percentile(ofHundred / 100)), channel: index };
  },
};

/** Over the readings of the last so many minutes of measured time. */
export const windowFamily: RuleFunction[] = [...(Object.keys(asked) as Plain[]).map(windowFunction), percentile];
