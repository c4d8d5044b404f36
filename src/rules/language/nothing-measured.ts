import type { WindowMemory } from '../windows/memory.ts';
import type { RuleContext } from './context.ts';
import { nowhere, type Surroundings } from './surroundings.ts';

const nothingPast: WindowMemory = {
  log: () => {
    throw new RangeError('Nothing is measured here.');
  },
  cells: [],
  partCells: null,
  lists: null,
  ask: () => undefined,
};

/**
 * A context for expressions that look at no reading: limits of a place, times of day.
 * @param now milliseconds since the epoch.
 */
export function nothingMeasured(now = Number.NaN, around: Surroundings = nowhere): RuleContext {
  return {
    now,
    past: nothingPast,
    memory: [],
    around,
    baseline: () => null,
  };
}
