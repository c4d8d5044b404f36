import { newestTime, newestValue } from '../../windows/memory.ts';
import { alarmCourse, type MemoryCell } from '../context.ts';
import type { RuleFunction } from '../function.ts';
import { mistakes } from '../mistakes.ts';
import { number } from '../typed.ts';

/**
 * How high a channel has been since the alarm began, and how low since then, by two readings in a row each: a single
 * wrong one is no wave. While there is no alarm they are the lower and the higher one of the last two. The third number tells whether anything came
 * yet, the fourth is the newest reading. Once the rule is armed again a higher crest is that of the next wave: what it
 * rises from stays the trough.
 */
function waveCell(index: number): MemoryCell {
  return {
    key: `agreed-wave/${index}`,
    initial: [0, 0, 0, 0],
    step(context, memory, at, course) {
      if (newestTime(context.past, index) !== context.now) return;
      const value = newestValue(context.past, index);
      const before = memory[at + 3]!;
      const [low, high] = value < before ? [value, before] : [before, value];
      if (memory[at + 2] === 0) {
        memory[at] = value;
        memory[at + 1] = value;
      } else if (course === alarmCourse.none) {
        memory[at] = low;
        memory[at + 1] = high;
      } else if (low >= memory[at]! && course !== alarmCourse.armed) {
        memory[at] = low;
        memory[at + 1] = high;
      } else if (high < memory[at + 1]!) {
        memory[at + 1] = high;
      }
      memory[at + 2] = 1;
      memory[at + 3] = value;
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
