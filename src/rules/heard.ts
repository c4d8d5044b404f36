import type { CellPlan } from './cells.ts';
import type { SilenceRule } from './compile.ts';
import type { DeviceMemory } from './device-memory.ts';
import { devicePlaces } from './device-places.ts';
import { Rhythm, untoldMs } from './rhythm.ts';

/** Where it lies when a device was heard, beside `devicePlaces.heard`; -1 for what no rule asks. */
export interface HeardPlaces {
  /** The first of as many cells as there are rules: when what each listens for was last heard. */
  byRule: number;
  /** How often the device reports. */
  rhythm: number;
}

/** Takes the places that these rules need. */
export function planHeard(rules: readonly SilenceRule[], plan: CellPlan): HeardPlaces {
  return {
    byRule: rules.some(({ channels }) => channels) ? plan.take(...rules.map(() => 0)) : -1,
    rhythm: rules.some(({ usualPeriods }) => usualPeriods !== undefined) ? Rhythm.plan(plan) : -1,
  };
}

/**
 * When a device was last heard, and the channels whose silence has a rule of its own. In listening time, which passes
 * only while Tocsin listens; see `Fold`. It looks at the memory of the device, and is made anew whenever somebody does.
 */
export class Heard {
  protected readonly memory: DeviceMemory;
  protected readonly rules: readonly SilenceRule[];
  readonly #places: HeardPlaces;

  constructor(memory: DeviceMemory, rules: readonly SilenceRule[], places: HeardPlaces) {
    this.memory = memory;
    this.rules = rules;
    this.#places = places;
  }

  /** Nothing was heard before. @param listened listening time now. */
  begin(listened: number): void {
    this.#setAll(() => listened);
    this.memory.cells[devicePlaces.heard] = listened;
  }

  /** Gives each rule another time at which what it listens for was last heard. */
  #setAll(heard: (rule: SilenceRule, before: number) => number): void {
    const { byRule } = this.#places;
    if (byRule < 0) return;
    const { cells } = this.memory;
    for (const [i, rule] of this.rules.entries()) cells[byRule + i] = heard(rule, cells[byRule + i]!);
  }

  get #rhythm(): Rhythm | null {
    const { rhythm } = this.#places;
    return rhythm < 0 ? null : new Rhythm(this.memory.cells, rhythm);
  }

  /** Listening time at which the device was last heard. */
  get heardAt(): number {
    return this.memory.cells[devicePlaces.heard]!;
  }

  /** A sample with these values came. */
  hear(values: Readonly<Record<string, number>>, listened: number): void {
    this.#rhythm?.take(listened - this.heardAt);
    this.memory.cells[devicePlaces.heard] = listened;
    if (this.#places.byRule < 0) return;
    this.#setAll(({ channels }, before) =>
      channels === null || channels.some((name) => name in values) ? listened : before,
    );
  }

  /** When what a rule listens for was last heard. */
  protected heardOf(rule: number): number {
    const { byRule } = this.#places;
    return byRule < 0 ? this.heardAt : this.memory.cells[byRule + rule]!;
  }

  /** After how long without a word a rule says that it is silent, milliseconds. */
  allowed(rule: SilenceRule): number {
    const rhythm = this.#rhythm;
    if (rule.usualPeriods === undefined || !rhythm) return rule.silentForMs;
    const { usualMs } = rhythm;
    return Math.max(rule.silentForMs, usualMs === null ? untoldMs : rule.usualPeriods * usualMs);
  }

  /** Nobody listened before. A state that is ahead of the journal after a restart knows of a later time already. */
  listenFrom(listened: number): void {
    this.memory.cells[devicePlaces.heard] = Math.max(this.heardAt, listened);
    this.#setAll((_, before) => Math.max(before, listened));
  }

  /** For how long before the device itself the channels of rules were last heard, by rule; how often it reports. */
  protected heardState(): { quiet?: Record<string, number>; rhythm?: number[] } {
    const { heardAt } = this;
    const rhythm = this.#rhythm;
    return {
      ...(this.#places.byRule >= 0 && {
        quiet: Object.fromEntries(this.rules.map(({ id }, i) => [id, heardAt - this.heardOf(i)] as const)),
      }),
      ...(rhythm && { rhythm: rhythm.state() }),
    };
  }

  protected restoreHeard(
    heard: number,
    quiet: Readonly<Record<string, number>> = {},
    rhythm: readonly number[] = [],
  ): void {
    this.memory.cells[devicePlaces.heard] = heard;
    this.#rhythm?.restore(rhythm);
    this.#setAll(({ id }) => heard - (quiet[id] ?? 0));
  }
}
