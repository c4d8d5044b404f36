import { placeholders } from '../../model/placeholders.ts';
import type { Text } from '../../model/text.ts';
import type { Evaluate } from './context.ts';
import { compileValue } from './expression.ts';
import { type Measure, measureOf, perHour } from './measures.ts';
import type { Scope } from './scope.ts';
import { converted, toldOf } from './typed.ts';

/** A value that a rule's text tells; kept with the alarm under its source, as channels are under their names. */
export interface TextValue {
  /** As it stands between the braces, for example `rate(level, 10 min)`. */
  source: string;
  value: Evaluate;
  /** What the value is told in; empty where it has no unit. */
  unit: string;
}

/**
 * Compiles what a text tells in braces. Rates are told per hour and durations in minutes, everything else in its
 * channel's unit.
 * @throws TocsinError RULE_INVALID.
 */
export function compileText(text: Text, scope: Scope): TextValue[] {
  return placeholders(`${text.zh}\n${text.en}`).map((source) => {
    const typed = compileValue(source, scope);
    if (typed.kind === 'truth') return { source, value: typed.run, unit: '' };
    const told = toldIn(typed.measure);
    return { source, value: toldOf(converted(typed, told)), unit: told.unit };
  });
}

function toldIn(measure: Measure): Measure {
  if (measure.dimension === 'time') return measureOf('min')!;
  return perHour(measure);
}
