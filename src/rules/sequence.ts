import type { CompiledStep } from './compile-rule.ts';
import { endHold, holdCells, holdFor } from './hold.ts';
import type { RuleContext } from './language/context.ts';

/**
 * How far a sequence has come; four cells: index of the step that is waited for, measured time at which the step before
 * was last true, and for how long the step that is waited for has held.
 */
export const sequenceCells = [0, 0, ...holdCells] as const;

/**
 * Takes one sample into a sequence: its steps come one after another, at different samples. A step that is not done
 * within its time, or is called off, takes it back to the beginning.
 * @returns whether the last step is done; the sequence then begins anew.
 */
export function sequenceDone(
  steps: readonly CompiledStep[],
  cells: number[],
  place: number,
  context: RuleContext,
  at: number,
  maxGapMs: number,
  onGap: 'restart' | 'freeze' | 'fault',
): boolean {
  const hold = place + 2;
  const { withinMs, unless } = steps[cells[place]!]!;
  const late = cells[place]! > 0 && withinMs !== null && at - cells[place + 1]! > withinMs;
  if (late || unless?.evaluate(context) === 1) begin(cells, place, 0, at);
  const waited = cells[place]!;
  const step = steps[waited]!;
  if (holdFor(cells, hold, step.when.evaluate(context), at, step.forMs, maxGapMs, onGap)) {
    if (waited + 1 === steps.length) {
      begin(cells, place, 0, at);
      return true;
    }
    begin(cells, place, waited + 1, at);
    // What comes next may already be so: a fall and, with it, no movement.
    const next = steps[waited + 1]!;
    holdFor(cells, hold, next.when.evaluate(context), at, next.forMs, maxGapMs, onGap);
  } else if (waited > 0 && steps[waited - 1]!.when.evaluate(context) === 1) {
    cells[place + 1] = at;
  }
  return false;
}

function begin(cells: number[], place: number, step: number, at: number): void {
  cells[place] = step;
  cells[place + 1] = at;
  endHold(cells, place + 2);
}
