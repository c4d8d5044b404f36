import type { DeviceType } from '../../model/device-type.ts';
import type { TocsinError } from '../../shared/errors.ts';
import { type CompiledType, compileType } from '../compile.ts';
import type { EffectiveRule } from './rule-book.ts';

/** What judges a device, and what is tried out on it; undefined when nothing is. */
export interface RuleSet {
  live: CompiledType;
  shadow: CompiledType | undefined;
}

/** Sets kept before those are looked through that nobody judges by any more. */
const leastSweep = 256;

/**
 * The compiled rules of every distinct set of versions, shared by all devices and by all versions of the book: what a
 * change did not touch stays the same object, and its devices notice nothing. Sets that no device is judged by any more
 * are let go.
 */
export class CompiledSets {
  readonly #sets = new Map<string, WeakRef<CompiledType>>();
  readonly #onProblem: (type: string, problem: TocsinError) => void;
  #sweepAt = leastSweep;
  #compilations = 0;

  /** @param onProblem is told of every rule that was left out of a set. */
  constructor(onProblem: (type: string, problem: TocsinError) => void) {
    this.#onProblem = onProblem;
  }

  /** How often a set had to be compiled. */
  get compilations(): number {
    return this.#compilations;
  }

  of(type: DeviceType, live: EffectiveRule[], shadow: EffectiveRule[], off: string[]): RuleSet {
    return {
      live: this.#compiled('live', type, live, off),
      shadow: shadow.length === 0 ? undefined : this.#compiled('shadow', type, shadow, []),
    };
  }

  #compiled(lane: string, type: DeviceType, rules: EffectiveRule[], off: string[]): CompiledType {
    const which = rules.map(({ rule, version }) => version?.version ?? rule.id);
    const key = `${lane} ${type.id} ${which.join(' ')} off ${off.join(' ')}`;
    const known = this.#sets.get(key)?.deref();
    if (known) return known;
    this.#compilations += 1;
    const versions = new Map(rules.flatMap(({ rule, version }) => (version ? [[rule.id, version.version]] : [])));
    const compiled = compileType({ ...type, rules: rules.map(({ rule }) => rule) }, { versions, off: new Set(off) });
    for (const problem of compiled.problems) this.#onProblem(type.id, problem);
    this.#sets.set(key, new WeakRef(compiled));
    this.#sweep();
    return compiled;
  }

  #sweep(): void {
    if (this.#sets.size < this.#sweepAt) return;
    for (const [key, set] of this.#sets) if (!set.deref()) this.#sets.delete(key);
    this.#sweepAt = Math.max(leastSweep, 2 * this.#sets.size);
  }
}
