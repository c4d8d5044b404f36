import type { AlarmEffect } from '../model/alarm.ts';
import { endOf, type Underway } from './device-state.ts';

/** Alarms of rules that were there before and are no more: nothing that is measured would ever end them. */
export class Orphans {
  readonly #byRule: ReadonlyMap<string, Underway>;

  constructor(byRule: ReadonlyMap<string, Underway>) {
    this.#byRule = byRule;
  }

  /** @param off ids of rules that were switched off, which is the reason then. */
  end(at: number, off: ReadonlySet<string>, effects: AlarmEffect[]): void {
    for (const [ruleId, episode] of this.#byRule)
      effects.push(endOf(episode, at, off.has(ruleId) ? 'rule-off' : 'rule-withdrawn'));
  }

  /** What a checkpoint keeps. */
  state(): { orphans: Record<string, Underway> } {
    return { orphans: Object.fromEntries(this.#byRule) };
  }
}
