import { newestTime, newestValue } from '../../windows/memory.ts';
import type { Evaluate, MemoryCell, RuleContext } from '../context.ts';
import type { Call, RuleFunction } from '../function.ts';
import { milliseconds } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import type { ASTNode } from '../parse.ts';
import type { ChannelInScope } from '../scope.ts';
import { number, type Typed, truth } from '../typed.ts';

/**
 * The reading of a channel before the newest: newest value, its time, the value before, its time. -1 stands for the time
 * of what has not come yet.
 */
function pairCell(index: number): MemoryCell {
  return {
    key: `pair/${index}`,
    initial: [0, -1, 0, -1],
    step(context, memory, at) {
      const time = newestTime(context.past, index);
      if (!(time > memory[at + 1]!)) return;
      memory[at + 2] = memory[at]!;
      memory[at + 3] = memory[at + 1]!;
      memory[at] = newestValue(context.past, index);
      memory[at + 1] = time;
    },
  };
}

/** Where the last two readings of the call's channel are kept. */
function pairOf(call: Call, node = call.args[0]!): { channel: ChannelInScope; at: number } {
  const channel = call.expression.channel(call, node);
  if (channel.isMomentary) return call.expression.fail(node, mistakes.momentByItself(channel.name));
  return { channel, at: call.expression.scope.memory(pairCell(channel.index)) };
}

/** How old the reading before the newest is: the newest one of an increment is of the time since then. */
export function ageOfPrevious(call: Call, node: ASTNode): Evaluate {
  const { at } = pairOf(call, node);
  return ({ now, memory }) => (memory[at + 3]! < 0 ? Number.NaN : now - memory[at + 3]!);
}

const previous: RuleFunction = {
  name: 'previous',
  example: 'previous(level)',
  takes: [1, 1],
  compile(call): Typed {
    const { channel, at } = pairOf(call);
    const { maxGapMs } = call.expression.scope;
    const run = ({ now, memory }: RuleContext) =>
      memory[at + 3]! >= 0 && now - memory[at + 1]! <= maxGapMs && memory[at + 1]! - memory[at + 3]! <= maxGapMs
        ? memory[at + 2]!
        : Number.NaN;
    return channel.isSwitch ? truth(run) : number(channel.measure, run);
  },
};

/** Tests of the newest reading against the one before, true only at the sample that brought it. */
function change(name: string, test: (newest: number, before: number) => boolean): RuleFunction {
  return {
    name,
    example: `${name}(open)`,
    takes: [1, 1],
    compile(call): Typed {
      const { at } = pairOf(call);
      const { maxGapMs } = call.expression.scope;
      return truth(({ now, memory }) => {
        // Across a gap nobody knows when it changed, nor how often.
        if (memory[at + 3]! < 0 || now - memory[at + 3]! > maxGapMs) return Number.NaN;
        return memory[at + 1] === now && test(memory[at]!, memory[at + 2]!) ? 1 : 0;
      });
    },
  };
}

/** For how long a condition has held: that time, or -1; measured time of the last sample at which it was true, or -1. */
function heldCell(
  key: string,
  truthOf: (c: Parameters<MemoryCell['step']>[0]) => number,
  maxGapMs: number,
): MemoryCell {
  return {
    key,
    initial: [-1, -1],
    step(context, memory, at) {
      const holds = truthOf(context);
      if (holds === 0) memory[at] = -1;
      if (holds !== 1) return;
      const gap = context.now - memory[at + 1]!;
      memory[at] = memory[at]! >= 0 && gap <= maxGapMs ? memory[at]! + gap : 0;
      memory[at + 1] = context.now;
    },
  };
}

function heldOf({ expression, args }: Call): number {
  const condition = expression.truth(args[0]!).run;
  const { maxGapMs } = expression.scope;
  return expression.scope.memory(heldCell(`held/${expression.source.textOf(args[0]!)}`, condition, maxGapMs));
}

const held: RuleFunction = {
  name: 'held',
  example: 'held(fan) > 10 min',
  takes: [1, 1],
  compile(call): Typed {
    const at = heldOf(call);
    const { maxGapMs } = call.expression.scope;
    return number(milliseconds, ({ now, memory }) => {
      if (memory[at]! < 0) return 0;
      return now - memory[at + 1]! <= maxGapMs ? memory[at]! : Number.NaN;
    });
  },
};

const since: RuleFunction = {
  name: 'since',
  example: 'since(fall) < 60 s',
  takes: [1, 1],
  compile(call): Typed {
    const at = heldOf(call);
    // It grows with every sample, whatever that brings.
    call.expression.scope.everySample();
    return number(milliseconds, ({ now, memory }) => (memory[at + 1]! < 0 ? Number.NaN : now - memory[at + 1]!));
  },
};

/** States, changes of state, and how long something has been so. */
export const stateFamily: RuleFunction[] = [
  change('changed', (newest, before) => newest !== before),
  change('rises', (newest, before) => newest > before),
  change('falls', (newest, before) => newest < before),
  previous,
  held,
  since,
];
