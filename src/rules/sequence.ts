import type { CompiledStep } from './compile-rule.ts';
import { type Hold, holdFor, noHold } from './hold.ts';
import type { RuleContext } from './language/context.ts';

/** How far a sequence has come. Plain JSON. */
export interface SequenceState {
  /** Index of the step that is waited for. */
  step: number;
  /** Measured time at which the step before was last true. */
  at: number;
  /** For how long the step that is waited for has held. */
  hold: Hold;
}

export function newSequence(): SequenceState {
  return { step: 0, at: 0, hold: noHold() };
}

/**
 * Takes one sample into a sequence: its steps come one after another, at different samples. A step that is not done
 * within its time, or is called off, takes it back to the beginning.
 * @returns whether the last step is done; the sequence then begins anew.
 */
export function sequenceDone(
  steps: readonly CompiledStep[],
  state: SequenceState,
  context: RuleContext,
  at: number,
  maxGapMs: number,
  onGap: 'restart' | 'freeze' | 'fault',
): boolean {
  const { withinMs, unless } = steps[state.step]!;
  const late = state.step > 0 && withinMs !== null && at - state.at > withinMs;
  if (late || unless?.evaluate(context) === 1) begin(state, 0, at);
  const step = steps[state.step]!;
  if (holdFor(state.hold, step.when.evaluate(context), at, step.forMs, maxGapMs, onGap)) {
    if (state.step + 1 === steps.length) {
      begin(state, 0, at);
      return true;
    }
    begin(state, state.step + 1, at);
    // What comes next may already be so: a fall and, with it, no movement.
    const next = steps[state.step]!;
    holdFor(state.hold, next.when.evaluate(context), at, next.forMs, maxGapMs, onGap);
  } else if (state.step > 0 && steps[state.step - 1]!.when.evaluate(context) === 1) {
    state.at = at;
  }
  return false;
}

function begin(state: SequenceState, step: number, at: number): void {
  state.step = step;
  state.at = at;
  state.hold = noHold();
}
