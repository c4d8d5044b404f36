import { exactly } from '../bounds.ts';
import type { Evaluate } from '../context.ts';
import type { RuleFunction } from '../function.ts';
import { mistakes } from '../mistakes.ts';
import { converted, isFixed, number } from '../typed.ts';

const limit: RuleFunction = {
  name: 'limit',
  example: 'limit(level, "closing", 27 cm)',
  takes: [2, 3],
  compile(call) {
    const { expression, args } = call;
    const { measure } = expression.channel(call);
    const name = expression.text(call, args[1]!);
    const own: Evaluate = ({ around }) => around.limit(name, measure);
    if (args.length === 2) return { ...number(measure, own), ofPlace: true, bounds: exactly(own) };
    const given = expression.number(args[2]!);
    if (given.measure.dimension !== measure.dimension)
      return expression.fail(args[2]!, mistakes.limitKind(limit.example));
    const otherwise = converted(given, measure);
    const run: Evaluate = (c) => {
      const known = own(c);
      return Number.isNaN(known) ? otherwise.run(c) : known;
    };
    const ofPlace = isFixed(otherwise);
    return { ...number(measure, run), ofPlace, ...(ofPlace && { bounds: exactly(run) }) };
  },
};

/** Numbers that each place has for itself. */
export const limitFamily: RuleFunction[] = [limit];
