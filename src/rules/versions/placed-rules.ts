import type { RuleLane, RuleVersion } from '../../model/rule-version.ts';

/** Where a device stands among places that rules can be set for, from the nearest outwards. */
export interface Place {
  deviceId: string | null;
  /** Ids of areas, the grid first. */
  areaIds: readonly string[];
  deviceType: string;
}

/** The versions in force at a number: of every rule, place and lane the newest that is not withdrawn. */
export class PlacedRules {
  /** Device type → the rules of its folder, by lane and rule. */
  readonly #byType = new Map<string, Map<string, RuleVersion>>();
  /** Area → device type → by lane and rule. */
  readonly #byArea = new Map<string, Map<string, Map<string, RuleVersion>>>();
  readonly #byDevice = new Map<string, Map<string, RuleVersion>>();

  /** @param versions in their order, up to and including the number. */
  constructor(versions: Iterable<RuleVersion>) {
    for (const version of versions) {
      const rules = this.#at(version);
      // Withdrawn at a type: the folder no longer has it, which differs from a folder that was never read.
      if (version.mode === 'withdrawn' && version.scope !== 'type') rules.delete(keyOf(version));
      else rules.set(keyOf(version), version);
    }
  }

  /** Whether the folder of a type has been read into versions; Tocsin's own types never are. */
  hasType(deviceType: string): boolean {
    return this.#byType.has(deviceType);
  }

  /** Whether anything is set for this device itself. */
  hasDevice(deviceId: string): boolean {
    return (this.#byDevice.get(deviceId)?.size ?? 0) > 0;
  }

  /** Everything that is set at a place in a lane, by rule: the nearest first found is the one that holds. */
  nearest(place: Place, lane: RuleLane): Map<string, RuleVersion> {
    const found = new Map<string, RuleVersion>();
    const take = (rules: ReadonlyMap<string, RuleVersion> | undefined) => {
      for (const version of rules?.values() ?? [])
        if (version.lane === lane && !found.has(version.ruleId)) found.set(version.ruleId, version);
    };
    if (place.deviceId !== null) take(this.#byDevice.get(place.deviceId));
    for (const areaId of place.areaIds) take(this.#byArea.get(areaId)?.get(place.deviceType));
    take(this.#byType.get(place.deviceType));
    return found;
  }

  /** What would judge a place if a rule were not off there: the nearest that is live. */
  beneath(place: Place, ruleId: string): RuleVersion | undefined {
    const near = place.areaIds.map((areaId) => this.#byArea.get(areaId)?.get(place.deviceType));
    const own = place.deviceId === null ? undefined : this.#byDevice.get(place.deviceId);
    for (const rules of [own, ...near, this.#byType.get(place.deviceType)]) {
      const version = rules?.get(keyOf({ lane: 'live', ruleId }));
      if (version?.mode === 'live') return version;
    }
    return undefined;
  }

  /** Every version in force anywhere, of one rule or all. */
  *all(): Iterable<RuleVersion> {
    const types = [...this.#byArea.values()].flatMap((byType) => [...byType.values()]);
    for (const rules of [...this.#byType.values(), ...types, ...this.#byDevice.values()])
      for (const version of rules.values()) if (version.mode !== 'withdrawn') yield version;
  }

  #at({ scope, scopeId, ruleId }: RuleVersion): Map<string, RuleVersion> {
    const empty = () => new Map<string, RuleVersion>();
    if (scope === 'type') return orNew(this.#byType, scopeId, empty);
    if (scope === 'device') return orNew(this.#byDevice, scopeId, empty);
    const types = orNew(this.#byArea, scopeId, () => new Map<string, Map<string, RuleVersion>>());
    return orNew(types, ruleId.slice(0, ruleId.indexOf('/')), empty);
  }
}

function keyOf({ lane, ruleId }: Pick<RuleVersion, 'lane' | 'ruleId'>): string {
  return `${lane} ${ruleId}`;
}

function orNew<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
