import type { Evaluate } from '../context.ts';
import type { RuleFunction } from '../function.ts';
import { difference } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import { together } from '../operators.ts';
import { converted, number, truth } from '../typed.ts';

const abs: RuleFunction = {
  name: 'abs',
  example: 'abs(level - level_2)',
  takes: [1, 1],
  compile({ expression, args }) {
    const { measure, run } = expression.number(args[0]!);
    return number(difference(measure), (c) => Math.abs(run(c)));
  },
};

const between: RuleFunction = {
  name: 'between',
  example: 'between(level, 10 cm, 27 cm)',
  takes: [3, 3],
  compile({ expression, args, name }) {
    const [value, low, high] = args.map((arg) => expression.number(arg));
    for (const [i, limit] of [low!, high!].entries()) {
      if (limit.measure.dimension !== value!.measure.dimension)
        return expression.fail(args[i + 1]!, mistakes.threeOfOneKind(name, between.example));
    }
    const [from, to] = [low!, high!].map((limit, i) => {
      const [asked, meant] =
        together(value!, limit) ?? expression.fail(args[i + 1]!, mistakes.differenceWithTemperature);
      return converted(meant, asked.measure).run;
    }) as [Evaluate, Evaluate];
    const around = value!.measure.dimension === 'time of day';
    return truth((c) => {
      const x = value!.run(c);
      const a = from(c);
      const b = to(c);
      if (Number.isNaN(x) || Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
      // From 22:00 to 06:00 goes over midnight.
      if (around && a > b) return x >= a || x < b ? 1 : 0;
      return x >= a && (around ? x < b : x <= b) ? 1 : 0;
    });
  },
};

export const numberFamily: RuleFunction[] = [abs, between];
