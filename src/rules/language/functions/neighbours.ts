import type { Evaluate } from '../context.ts';
import type { Call, RuleFunction } from '../function.ts';
import { dimensionless } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import type { ASTNode } from '../parse.ts';
import { number } from '../typed.ts';
import { questionOf } from './place-asked.ts';

/** Of two, nobody knows which one is right: so many neighbours must be known, unless the rule says otherwise. */
const leastKnown = 3;

/** What is told of the neighbours' values, which are in order and at least one. */
const parts: Record<string, (values: readonly number[]) => number> = {
  median: medianOf,
  min: (values) => values[0]!,
  max: (values) => values[values.length - 1]!,
};

function medianOf(values: readonly number[]): number {
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** How many neighbours must be known: the last argument where that is a whole number, which no value is. */
function leastOf({ args, expression }: Call): { least: number; rest: readonly ASTNode[] } {
  const last = args.at(-1)!;
  if (args.length < 3 || last.op !== 'value' || typeof last.args === 'string') return { least: leastKnown, rest: args };
  const least = Number(last.args);
  if (!(Number.isInteger(least) && least >= 1 && least <= 100))
    return expression.fail(last, mistakes.leastKnown(exampleOf('median')));
  return { least, rest: args.slice(0, -1) };
}

const exampleOf = (part: string) => `neighbours(community, delta(level, 30 min)).${part}`;

function asked(call: Call) {
  const { args, node, expression, name } = call;
  if (args.length < 2 || args.length > 4)
    return expression.fail(node, mistakes.writtenSo(exampleOf(name.split('.')[1]!)));
  const { least, rest } = leastOf(call);
  if (rest.length > 3) return expression.fail(node, mistakes.writtenSo(exampleOf(name.split('.')[1]!)));
  const question = questionOf({ ...call, name: 'neighbours' }, rest, 'value', 'level');
  return { question, least };
}

/** What the other devices around this one say, itself not included. */
export const neighbourFamily: RuleFunction[] = [
  ...Object.entries(parts).map(
    ([part, of]): RuleFunction => ({
      name: `neighbours.${part}`,
      example: exampleOf(part),
      takes: [2, 4],
      compile(call) {
        const { question, least } = asked(call);
        const run: Evaluate = ({ around: { peers }, now }) => {
          const values = peers?.values(question, now);
          return values && values.length >= least ? of(values) : Number.NaN;
        };
        return number(question.measure!, run);
      },
    }),
  ),
  {
    name: 'neighbours.count',
    example: `${exampleOf('count')} >= 3`,
    takes: [2, 3],
    compile(call) {
      const { question } = asked(call);
      return number(dimensionless, ({ around: { peers }, now }) => peers?.values(question, now)?.length ?? Number.NaN);
    },
  },
];
