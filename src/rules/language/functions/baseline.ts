import { viewKinds } from '../../../baseline/baseline.ts';
import type { Call, RuleFunction } from '../function.ts';
import { dimensionless } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import { number, truth, word } from '../typed.ts';

/** What is normal for a channel at this hour, and how the newest value is beside it; needs a day of history. */
export const baselineFamily: RuleFunction[] = [
  ...(['score', 'low', 'middle', 'high'] as const).map(
    (part): RuleFunction => ({
      name: `baseline.${part}`,
      example: `baseline(level).${part}`,
      takes: [1, 1],
      compile(call) {
        const { index, measure } = asked(call);
        return number(part === 'score' ? dimensionless : measure, (c) => c.baseline(index)?.[part] ?? Number.NaN);
      },
    }),
  ),
  {
    name: 'baseline.borrowed',
    example: '!baseline(level).borrowed',
    takes: [1, 1],
    compile(call) {
      const { index } = asked(call);
      return truth((c) => {
        const view = c.baseline(index);
        return view ? Number(view.borrowed) : Number.NaN;
      });
    },
  },
  {
    name: 'baseline.kind',
    example: 'baseline(level).kind == "stuck"',
    takes: [1, 1],
    compile(call) {
      const { index } = asked(call);
      return word(viewKinds, (c) => {
        const view = c.baseline(index);
        return view ? viewKinds.indexOf(view.kind) : Number.NaN;
      });
    },
  },
];

/** The channel whose baseline is asked. */
function asked(call: Call) {
  const { expression } = call;
  if (call.args.length !== 1) return expression.fail(call.node, mistakes.writtenSo(call.name.replace('.', '(level).')));
  const channel = expression.channel(call);
  const { scope } = expression;
  if (!channel.isLearnt)
    return expression.fail(
      call.node,
      mistakes.baselineNotLearnt(
        channel.name,
        scope.channelNames().filter((name) => scope.channel(name)!.isLearnt),
      ),
    );
  scope.baselines.add(channel.index);
  return channel;
}
