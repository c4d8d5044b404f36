import { newestTime } from '../../windows/memory.ts';
import type { RuleFunction } from '../function.ts';
import { milliseconds } from '../measures.ts';
import type { ASTNode } from '../parse.ts';
import { number, truth } from '../typed.ts';
import { ageOfPrevious } from './states.ts';

const silent: RuleFunction = {
  name: 'silent',
  example: 'silent(level, 10 min)',
  takes: [2, 2],
  compile(call) {
    const { expression, args } = call;
    const { index } = expression.channel(call);
    const ms = expression.duration(call, args[1]!);
    expression.scope.everySample();
    return truth((c) => (newestTime(c.past, index) < 0 ? Number.NaN : c.now - newestTime(c.past, index) >= ms ? 1 : 0));
  },
};

const age: RuleFunction = {
  name: 'age',
  example: 'age(level) > 10 min',
  takes: [1, 1],
  compile(call) {
    const [of] = call.args as [ASTNode];
    call.expression.scope.everySample();
    if (of.op === 'call' && of.args[0] === 'previous') return number(milliseconds, ageOfPrevious(call, of.args[1][0]!));
    const { index } = call.expression.channel(call);
    return number(milliseconds, (c) =>
      newestTime(c.past, index) < 0 ? Number.NaN : c.now - newestTime(c.past, index),
    );
  },
};

/** A channel that stays away while others of its device come. */
export const silenceFamily: RuleFunction[] = [silent, age];
