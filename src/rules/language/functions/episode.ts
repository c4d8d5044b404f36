import { newestTime, newestValue } from '../../windows/memory.ts';
import type { MemoryCell } from '../context.ts';
import type { RuleFunction } from '../function.ts';
import { mistakes } from '../mistakes.ts';
import { number } from '../typed.ts';

/**
 * The highest reading of a channel since the alarm began, and the lowest since that; both are the newest reading while
 * there is no alarm. The third number tells whether anything came yet.
 */
function waveCell(index: number): MemoryCell {
  return {
    key: `wave/${index}`,
    initial: [0, 0, 0],
    step(context, memory, at, inEpisode) {
      if (newestTime(context.past, index) !== context.now) return;
      const value = newestValue(context.past, index);
      if (!inEpisode || memory[at + 2] === 0 || value >= memory[at]!) {
        memory[at] = value;
        memory[at + 1] = value;
      } else if (value < memory[at + 1]!) {
        memory[at + 1] = value;
      }
      memory[at + 2] = 1;
    },
  };
}

function extreme(name: 'peak' | 'trough', offset: 0 | 1): RuleFunction {
  return {
    name,
    example: `${name}(level)`,
    takes: [1, 1],
    compile(call) {
      const { index, measure, isSwitch } = call.expression.channel(call);
      if (isSwitch) return call.expression.fail(call.node, mistakes.numbersNeeded(name));
      const at = call.expression.scope.memory(waveCell(index));
      return number(measure, ({ memory }) => (memory[at + 2] === 0 ? Number.NaN : memory[at + offset]!));
    },
  };
}

/** The course of an alarm: how high it went, and how far down since. */
export const episodeFamily: RuleFunction[] = [extreme('peak', 0), extreme('trough', 1)];
