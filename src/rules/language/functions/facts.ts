import type { RuleFunction } from '../function.ts';
import { severityMeasure } from '../measures.ts';
import { number } from '../typed.ts';

const fact: RuleFunction = {
  name: 'fact',
  example: 'fact("rain-warning") >= orange',
  takes: [1, 1],
  compile(call) {
    const { expression, args } = call;
    const name = expression.text(call, args[0]!);
    const names = expression.scope.names('fact');
    if (names && !names.includes(name))
      return expression.fail(args[0]!, `nobody announces ${name}; there are ${names.join(', ') || 'none'}`);
    return number(severityMeasure, ({ now, around }) => around.fact(name, now));
  },
};

/** What has been announced elsewhere for the place of the device. */
export const factFamily: RuleFunction[] = [fact];
