import type { RuleContext } from './context.ts';
import { nowhere, type Surroundings } from './surroundings.ts';

/**
 * A context for expressions that look at no reading: limits of a place, times of day.
 * @param now milliseconds since the epoch.
 */
export function nothingMeasured(now = Number.NaN, around: Surroundings = nowhere): RuleContext {
  return {
    now,
    logs: [],
    cells: [],
    lists: [],
    memory: [],
    around,
    baseline: () => null,
  };
}
