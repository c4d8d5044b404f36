import type { SilenceRule } from './compile.ts';
import { devicePlaces } from './device-places.ts';
import { Rhythm, untoldMs } from './rhythm.ts';

/**
 * When a device was last heard, and the channels whose silence has a rule of its own. In listening time, which passes
 * only while Tocsin listens; see `Fold`.
 */
export class Heard {
  /** Of the device; see `devicePlaces`. */
  readonly #cells: number[];
  protected readonly rules: readonly SilenceRule[];
  /** By silence rule; null when they are all about the device as a whole. */
  readonly #byRule: Float64Array | null;
  /** How often the device reports; null when no rule asks. */
  readonly #rhythm: Rhythm | null;

  /**
   * @param cells of the device, see `devicePlaces`.
   * @param listened listening time now.
   */
  constructor(rules: readonly SilenceRule[], cells: number[], listened: number) {
    this.#cells = cells;
    cells[devicePlaces.heard] = listened;
    this.rules = rules;
    this.#byRule = rules.some(({ channels }) => channels) ? new Float64Array(rules.length).fill(listened) : null;
    this.#rhythm = rules.some(({ usualPeriods }) => usualPeriods !== undefined) ? new Rhythm() : null;
  }

  /** Listening time at which the device was last heard. */
  get heardAt(): number {
    return this.#cells[devicePlaces.heard]!;
  }

  /** A sample with these values came. */
  hear(values: Readonly<Record<string, number>>, listened: number): void {
    this.#rhythm?.take(listened - this.heardAt);
    this.#cells[devicePlaces.heard] = listened;
    if (!this.#byRule) return;
    for (let i = 0; i < this.rules.length; i++) {
      const { channels } = this.rules[i]!;
      if (channels === null || channels.some((name) => name in values)) this.#byRule[i] = listened;
    }
  }

  /** When what a rule listens for was last heard. */
  protected heardOf(rule: number): number {
    return this.#byRule ? this.#byRule[rule]! : this.heardAt;
  }

  /** After how long without a word a rule says that it is silent, milliseconds. */
  protected allowed(rule: SilenceRule): number {
    if (rule.usualPeriods === undefined || !this.#rhythm) return rule.silentForMs;
    const { usualMs } = this.#rhythm;
    return Math.max(rule.silentForMs, usualMs === null ? untoldMs : rule.usualPeriods * usualMs);
  }

  /** Nobody listened before. A state that is ahead of the journal after a restart knows of a later time already. */
  listenFrom(listened: number): void {
    this.#cells[devicePlaces.heard] = Math.max(this.heardAt, listened);
    this.#byRule?.forEach((heard, i, all) => {
      all[i] = Math.max(heard, listened);
    });
  }

  /** For how long before the device itself the channels of rules were last heard, by rule; how often it reports. */
  protected heardState(): { quiet?: Record<string, number>; rhythm?: number[] } {
    const quiet = this.#byRule && this.rules.map(({ id }, i) => [id, this.heardAt - this.#byRule![i]!] as const);
    return {
      ...(quiet && { quiet: Object.fromEntries(quiet) }),
      ...(this.#rhythm && { rhythm: this.#rhythm.state() }),
    };
  }

  protected restoreHeard(
    heard: number,
    quiet: Readonly<Record<string, number>> = {},
    rhythm: readonly number[] = [],
  ): void {
    this.#cells[devicePlaces.heard] = heard;
    this.#rhythm?.restore(rhythm);
    this.#byRule?.forEach((_, i, all) => {
      all[i] = heard - (quiet[this.rules[i]!.id] ?? 0);
    });
  }
}
