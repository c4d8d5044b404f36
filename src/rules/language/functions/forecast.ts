import { asDecimal } from '../../exact.ts';
import { newestTime, newestValue } from '../../windows/memory.ts';
import type { RuleFunction } from '../function.ts';
import { seconds } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import { converted, number } from '../typed.ts';
import { windowOf } from './windows.ts';

/** A line that explains less than half of what the readings do is no course that could go on. */
const leastFit = 0.5;

/**
 * Time until a channel reaches a limit if it goes on as in the window: the distance from the newest reading to the limit,
 * over the slope of the line through the window's readings. 0 when it is there, infinite when it does not move towards
 * the limit or no line fits, not known without enough readings.
 */
const timeTo: RuleFunction = {
  name: 'timeTo',
  example: 'timeTo(level, 27 cm, 30 min) < 20 min',
  takes: [3, 3],
  compile(call) {
    const { expression, args } = call;
    const { index, measure } = expression.channel(call);
    const given = expression.number(args[1]!);
    if (given.measure.dimension !== measure.dimension)
      return expression.fail(args[1]!, mistakes.limitKind(timeTo.example));
    const limit = converted(given, measure).run;
    const window = windowOf(call, index, args[2]!, 'slope');
    return number(seconds, (c) => {
      if (!(c.now - newestTime(c.past, index) <= window.maxGapMs)) return Number.NaN;
      const slope = window.slope(c.past);
      const fit = window.fit(c.past);
      const distance = limit(c) - newestValue(c.past, index);
      if (Number.isNaN(slope) || Number.isNaN(distance)) return Number.NaN;
      if (distance === 0) return 0;
      // What no line fits goes nowhere that could be told, and readings that are all the same do not move.
      if (!(fit >= leastFit) || slope * distance <= 0) return Number.POSITIVE_INFINITY;
      const left = distance / slope;
      return asDecimal(left, left);
    });
  },
};

export const forecastFamily: RuleFunction[] = [timeTo];
