import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import { isKeptApart, type RuleLane, type RuleVersion } from '../../model/rule-version.ts';
import type { CompiledType } from '../compile.ts';
import type { CompiledSets, RuleSet } from './compiled-sets.ts';
import type { Place, PlacedRules } from './placed-rules.ts';

/** One rule as it holds for a device. */
export interface EffectiveRule {
  rule: Rule;
  /** What it comes from; null for a type whose folder has no versions, such as Tocsin's own. */
  version: RuleVersion | null;
}

export interface RuleBookParts {
  version: number;
  placed: PlacedRules;
  types: ReadonlyMap<string, DeviceType>;
  sets: CompiledSets;
  /** The areas that a grid is in, itself first. */
  areasOf(gridId: string): readonly string[];
  /** A version's rule; null when it has none or its text cannot be read. */
  ruleOf(version: RuleVersion): Rule | null;
}

/**
 * The rules of every device as of one version: those of its type's folder, with what is set for its areas and for
 * itself. Devices with the same rules share one compiled set, so that a hundred thousand of them are a handful of
 * compilations.
 */
export class RuleBook {
  readonly #parts: RuleBookParts;
  /** Device type → grid → its set. */
  readonly #grids = new Map<string, Map<string, RuleSet>>();
  readonly #devices = new Map<string, RuleSet>();

  constructor(parts: RuleBookParts) {
    this.#parts = parts;
  }

  get version(): number {
    return this.#parts.version;
  }

  /** What judges a device; undefined when its type is not there. */
  rulesOf(device: Device): CompiledType | undefined {
    return this.#setOf(device)?.live;
  }

  /** What judges a device beside it, without calling anyone: what is tried out, what is off for a time; undefined when nothing does. */
  shadowOf(device: Device): CompiledType | undefined {
    return this.#setOf(device)?.shadow;
  }

  /** The rules of a place that judge there, with where each comes from; of the lane `shadow`, those that try out. */
  effective(place: Place, lane: RuleLane = 'live'): EffectiveRule[] {
    const { placed, types, ruleOf } = this.#parts;
    const nearest = placed.nearest(place, lane);
    const found: EffectiveRule[] = [];
    if (lane === 'live' && !placed.hasType(place.deviceType)) {
      for (const rule of types.get(place.deviceType)?.rules ?? [])
        if (!nearest.has(rule.id)) found.push({ rule, version: null });
    }
    // In the order in which they were first written, so that an override stands where the rule of the folder stood.
    for (const version of nearest.values()) {
      const rule = version.mode === 'live' || version.mode === 'shadow' ? ruleOf(version) : null;
      if (rule) found.push({ rule, version });
    }
    return found.sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  }

  /** Rules that are off at a place, by id. */
  off(place: Place): Map<string, RuleVersion> {
    const nearest = this.#parts.placed.nearest(place, 'live');
    return new Map([...nearest].filter(([, version]) => version.mode === 'off'));
  }

  placeOf(device: Device): Place {
    return { deviceId: device.id, areaIds: this.#parts.areasOf(device.gridId), deviceType: device.type };
  }

  #setOf(device: Device): RuleSet | undefined {
    const { placed, types } = this.#parts;
    const type = types.get(device.type);
    if (!type) return undefined;
    if (placed.hasDevice(device.id)) {
      const known = this.#devices.get(device.id);
      if (known) return known;
      const made = this.#make(type, this.placeOf(device));
      this.#devices.set(device.id, made);
      return made;
    }
    const grids = this.#grids.get(type.id) ?? new Map<string, RuleSet>();
    this.#grids.set(type.id, grids);
    const known = grids.get(device.gridId);
    if (known) return known;
    const made = this.#make(type, { ...this.placeOf(device), deviceId: null });
    grids.set(device.gridId, made);
    return made;
  }

  #make(type: DeviceType, place: Place): RuleSet {
    const off = this.off(place);
    const shadow = this.effective(place, 'shadow');
    shadow.push(...this.#goingOn(place, off, new Set(shadow.map(({ rule }) => rule.id))));
    return this.#parts.sets.of(type, this.effective(place), shadow, [...off.keys()]);
  }

  /** A rule that is off for a time calls nobody, and what it would have raised is kept apart. */
  #goingOn(place: Place, off: ReadonlyMap<string, RuleVersion>, tried: ReadonlySet<string>): EffectiveRule[] {
    return [...off].flatMap(([ruleId, version]) => {
      const beneath = isKeptApart(version) && !tried.has(ruleId) && this.#parts.placed.beneath(place, ruleId);
      const rule = beneath && this.#parts.ruleOf(beneath);
      return rule ? [{ rule, version: beneath }] : [];
    });
  }
}
