import type { RuleFunction } from '../function.ts';
import { dimensionless } from '../measures.ts';
import { number } from '../typed.ts';

/** What is normal for a channel at this hour; needs a day of history. */
export const baselineFamily: RuleFunction[] = (['score', 'low', 'middle', 'high'] as const).map((part) => ({
  name: `baseline.${part}`,
  example: `baseline(level).${part}`,
  takes: [1, 1],
  compile(call) {
    const { expression } = call;
    if (call.args.length !== 1) return expression.fail(call.node, `it is written baseline(level).${part}`);
    const { index, measure } = expression.channel(call);
    expression.scope.baselines.add(index);
    return number(part === 'score' ? dimensionless : measure, (c) => c.baseline(index)?.[part] ?? Number.NaN);
  },
}));
