import type { AlarmEffect } from '../model/alarm.ts';
import { endOf, type Underway } from './device-state.ts';

/** So that a device without any needs no list of them. */
const none: ReadonlyMap<string, Underway> = new Map();

/** Alarms of rules that were there before and are no more: nothing that is measured would ever end them. */
export class Orphans {
  #byRule: ReadonlyMap<string, Underway> = none;

  /** From here on these. */
  replace(byRule: ReadonlyMap<string, Underway>): void {
    this.#byRule = byRule.size > 0 ? byRule : none;
  }

  /** @param off ids of rules that were switched off, which is the reason then. */
  end(at: number, off: ReadonlySet<string>, effects: AlarmEffect[]): void {
    for (const [ruleId, episode] of this.#byRule)
      effects.push(endOf(episode, at, off.has(ruleId) ? 'rule-off' : 'rule-withdrawn'));
    this.#byRule = none;
  }

  /** What a checkpoint keeps; nothing where there are none. */
  state(): { orphans?: Record<string, Underway> } {
    return this.#byRule.size > 0 ? { orphans: Object.fromEntries(this.#byRule) } : {};
  }
}
