import type { RuleFunction } from '../function.ts';
import { converted, number } from '../typed.ts';

const limit: RuleFunction = {
  name: 'limit',
  example: 'limit(level, "closing", 27 cm)',
  takes: [2, 3],
  compile(call) {
    const { expression, args } = call;
    const { measure } = expression.channel(call);
    const name = expression.text(call, args[1]!);
    if (args.length === 2) return number(measure, ({ around }) => around.limit(name, measure));
    const given = expression.number(args[2]!);
    if (given.measure.dimension !== measure.dimension)
      return expression.fail(args[2]!, `the limit is of the same kind as the channel, as in ${limit.example}`);
    const otherwise = converted(given, measure).run;
    return number(measure, (c) => {
      const own = c.around.limit(name, measure);
      return Number.isNaN(own) ? otherwise(c) : own;
    });
  },
};

/** Numbers that each place has for itself. */
export const limitFamily: RuleFunction[] = [limit];
