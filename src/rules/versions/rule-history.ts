import { readRuleText } from '../../devices/rule-file.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { ruleName, typeIdOfRule } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import type { RuleVersion } from '../../model/rule-version.ts';
import type { Text } from '../../model/text.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { CompiledSets } from './compiled-sets.ts';
import { PlacedRules } from './placed-rules.ts';
import { RuleBook } from './rule-book.ts';

/** Every version of every rule, in memory, and the rules as of any of them. No clock, no I/O. */
export class RuleHistory {
  readonly #types: ReadonlyMap<string, DeviceType>;
  readonly #versions: RuleVersion[] = [];
  readonly #byNumber = new Map<number, RuleVersion>();
  readonly #rules = new Map<number, Rule | null>();
  readonly #sets: CompiledSets;
  readonly #log: Pick<Logger, 'error'> | undefined;
  #parents: ReadonlyMap<string, string | null> = new Map();

  /** @param log is told of rules that are left out */
  constructor(types: ReadonlyMap<string, DeviceType>, log?: Pick<Logger, 'error'>) {
    this.#types = types;
    this.#log = log;
    // An alarm is told in the words of the version that raised it.
    for (const type of types.values()) type.ruleOfVersion = (number) => this.#ruleOfNumber(number);
    this.#sets = new CompiledSets((type, problem) => log?.error({ type }, `rule left out: ${problem.message}`));
  }

  /** Number of the newest version; 0 when there is none. */
  get latest(): number {
    return this.#versions.at(-1)?.version ?? 0;
  }

  /** How often a set of rules had to be compiled so far. */
  get compilations(): number {
    return this.#sets.compilations;
  }

  /** @param versions in their order; those that it has already are left out. */
  add(versions: readonly RuleVersion[]): void {
    for (const version of versions) {
      if (version.version <= this.latest) continue;
      this.#versions.push(version);
      this.#byNumber.set(version.version, version);
      this.#makeKnown(version);
    }
  }

  /** What no folder has must be found by its id, too: an alarm is told by the name of its rule. */
  #makeKnown(version: RuleVersion): void {
    const type = this.#types.get(typeIdOfRule(version.ruleId));
    if (!type || version.scope === 'type' || type.rules.some((rule) => rule.id === version.ruleId)) return;
    const rule = this.ruleOf(version);
    if (!rule) return;
    type.placedRules ??= new Map();
    type.placedRules.set(rule.id, rule);
  }

  /** @param parents area → the area one tier up; books made from now on go by it. */
  setAreas(parents: ReadonlyMap<string, string | null>): void {
    this.#parents = parents;
  }

  /** The version in force at a moment; before the first one, that with which versions begin. */
  versionAt(time: number): number {
    const first = this.#versions[0]?.at ?? 0;
    return this.#versions.findLast(({ at }) => at <= Math.max(time, first))?.version ?? 0;
  }

  version(number: number): RuleVersion | undefined {
    return this.#byNumber.get(number);
  }

  /** The newest versions of every rule, place and lane. */
  newest(): Set<number> {
    const found = new Set(this.#byNumber.keys());
    for (const { before } of this.#versions) if (before !== null) found.delete(before);
    return found;
  }

  /** What a rule is called by the newest of its versions that has a text; its id when none can be read. */
  nameOf(ruleId: string): Text {
    const rules = this.of(ruleId).toReversed();
    for (const version of rules) {
      const name = this.ruleOf(version)?.name;
      if (name) return name;
    }
    return ruleName(this.#types, ruleId);
  }

  /** The changes of one rule, the first one first. */
  of(ruleId: string): RuleVersion[] {
    return this.#versions.filter((version) => version.ruleId === ruleId);
  }

  /** What is in force anywhere as of a version. */
  placed(version = this.latest): PlacedRules {
    return new PlacedRules(this.#until(version));
  }

  /** The rules of all devices as of a version. */
  at(version = this.latest): RuleBook {
    return new RuleBook({
      version,
      placed: this.placed(version),
      types: this.#types,
      sets: this.#sets,
      areasOf: (gridId) => this.#areasOf(gridId),
      ruleOf: (one) => this.ruleOf(one),
    });
  }

  #ruleOfNumber(number: number): Rule | null {
    const version = this.version(number);
    return version ? this.ruleOf(version) : null;
  }

  /** The rule of a version; null when it has none, or its text is of a Tocsin that understood more. */
  ruleOf(version: RuleVersion): Rule | null {
    const known = this.#rules.get(version.version);
    if (known !== undefined) return known;
    const rule = this.#read(version);
    this.#rules.set(version.version, rule);
    return rule;
  }

  #read({ version, ruleId, text }: RuleVersion): Rule | null {
    const type = this.#types.get(typeIdOfRule(ruleId));
    if (text === null || !type) return null;
    try {
      return readRuleText(text, type.id, type.periodMs);
    } catch (error) {
      if (!(error instanceof TocsinError)) throw error;
      this.#log?.error({ rule: ruleId, version }, `rule left out: ${error.message}`);
      return null;
    }
  }

  *#until(version: number): Iterable<RuleVersion> {
    for (const one of this.#versions) {
      if (one.version > version) return;
      yield one;
    }
  }

  #areasOf(gridId: string): string[] {
    const path: string[] = [];
    let area: string | null | undefined = gridId;
    // An area that is already in the path would be a ring in the tree.
    while (area && !path.includes(area)) {
      path.push(area);
      area = this.#parents.get(area) ?? null;
    }
    return path;
  }
}
