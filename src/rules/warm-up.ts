import type { CompiledType } from './compile.ts';
import { untoldMs } from './rhythm.ts';

/** So that a type with nothing but levels still knows the values that its devices send seldom. */
const leastMs = 3_600_000;

/**
 * How long a fold has to see a device of this type before its rules say what one says that has always seen it,
 * milliseconds: twice the longest that any of them looks or waits. What baselines have learnt is not regained by it, nor
 * an alarm that had begun before.
 */
export function warmUpMs(type: CompiledType): number {
  const spans = [
    ...type.windows.map((window) => window.spanMs + window.maxGapMs),
    ...type.silence.map((rule) => Math.max(rule.silentForMs, rule.usualPeriods === undefined ? 0 : untoldMs)),
    ...type.rules.map((rule) => rule.waitsMs),
  ];
  return Math.max(leastMs, 2 * Math.max(0, ...spans));
}
