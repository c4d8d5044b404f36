import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Area,
  Device,
  DeviceRule,
  Person,
  RuleCheck,
  RuleOverview,
  RuleVersion,
} from '../../../src/api/contract.ts';
import { folderRuleTexts } from '../../../src/devices/rule-texts.ts';
import { type DeviceType, typeIdOfRule } from '../../../src/model/device-type.ts';
import type { RuleVersion as StoredVersion } from '../../../src/model/rule-version.ts';
import { checkRule } from '../../../src/rules/versions/check-rule.ts';
import { RuleHistory } from '../../../src/rules/versions/rule-history.ts';
import { FakeFailure } from './failure.ts';
import { people } from './town.ts';

const folder = fileURLToPath(new URL('../../../devices', import.meta.url));
const hour = 3_600_000;

type Body = Record<string, unknown>;
type Change = Omit<StoredVersion, 'version' | 'before' | 'until' | 'reverts'> &
  Partial<Pick<StoredVersion, 'until' | 'reverts'>>;

/** The rules of a town as versioned data, in memory: read, checked and put in their places by the real code. */
export class FakeRules {
  readonly #history: RuleHistory;
  readonly #types: ReadonlyMap<string, DeviceType>;
  readonly #areas: readonly Area[];
  readonly #devices: readonly Device[];
  #latest = 0;

  /** Some things have been changed in the last days before `now`. */
  constructor(types: ReadonlyMap<string, DeviceType>, areas: readonly Area[], devices: readonly Device[], now: number) {
    this.#types = types;
    this.#areas = areas;
    this.#devices = devices;
    this.#history = new RuleHistory(types);
    this.#history.setAreas(new Map(areas.map(({ id, parentId }) => [id, parentId])));
    for (const type of types.values())
      for (const [ruleId, text] of folderRuleTexts(join(folder, type.id), type.id))
        this.#add({ ...inFolder(type.id), ruleId, text, at: now - 30 * 24 * hour });
    const ruleId = 'flood-gauge/waterlogging';
    const own = this.#history.of(ruleId)[0]!.text!;
    const at = (hours: number, byPersonId: string) => ({ ruleId, at: now - hours * hour, byPersonId });
    const riverside = { scope: 'area', scopeId: 'riverside', lane: 'live' } as const;
    const lower = own.replace('level >= 15 cm', 'level >= 12 cm');
    this.#add({
      ...riverside,
      ...at(50, 'p-admin'),
      mode: 'live',
      text: lower,
      note: '滨江社区地势低，提前到 12 厘米',
    });
    const steadier = lower.replace('id: waterlogging', 'id: waterlogging\nminActive: 10 min');
    this.#add({ ...riverside, ...at(26, 'p-admin'), mode: 'live', text: steadier, note: '避免反复，至少持续 10 分钟' });
    const tried = { scope: 'device', scopeId: 'flood-gauge-008', lane: 'shadow' } as const;
    this.#add({ ...tried, ...at(20, 'p-admin'), mode: 'shadow', text: lower, note: '先试运行三天' });
    const off = { scope: 'device', scopeId: 'flood-gauge-002', lane: 'live', mode: 'off', text: null } as const;
    this.#add({ ...off, ...at(2, 'p-admin'), until: now + 2 * hour, note: '泵站检修' });
  }

  overviews(): RuleOverview[] {
    const byRule = Map.groupBy(this.#shown([...this.#history.placed().all()]), ({ ruleId }) => ruleId);
    return [...byRule].map(([ruleId, versions]) => ({
      ruleId,
      deviceType: typeIdOfRule(ruleId),
      name: this.#history.nameOf(ruleId),
      folder: versions.find(({ scope }) => scope === 'type') ?? null,
      places: versions.filter(({ scope }) => scope !== 'type'),
    }));
  }

  versions(ruleId: string): RuleVersion[] {
    return this.#shown(this.#history.of(ruleId).toReversed());
  }

  ofDevice(device: Device): DeviceRule[] {
    const book = this.#history.at();
    const place = book.placeOf(device);
    const live = new Map(book.effective(place).map((one) => [one.rule.id, one]));
    const shadow = new Map(book.effective(place, 'shadow').map((one) => [one.rule.id, one.version]));
    const off = book.off(place);
    const one = (version: StoredVersion | null | undefined) => (version ? this.#shown([version])[0]! : null);
    return [...new Set([...live.keys(), ...off.keys()])].sort().map((ruleId) => ({
      ruleId,
      name: this.#history.nameOf(ruleId),
      rule: live.get(ruleId)?.rule ?? null,
      origin: one(live.get(ruleId)?.version ?? off.get(ruleId)),
      shadow: one(shadow.get(ruleId)),
    }));
  }

  check({ deviceType, text, name }: Body): RuleCheck {
    const type = this.#types.get(String(deviceType))!;
    return checkRule(String(text), type, name === undefined ? undefined : String(name));
  }

  set(ruleId: string, body: Body, person: Person): RuleVersion {
    const mode = body.mode as 'live' | 'shadow' | 'off';
    const place = { scope: body.scope as 'area' | 'device', scopeId: String(body.scopeId) };
    const there: readonly { id: string }[] = place.scope === 'area' ? this.#areas : this.#devices;
    if (!there.some(({ id }) => id === place.scopeId))
      throw new FakeFailure(404, 'NOT_FOUND', `There is no ${place.scope} ${place.scopeId}.`);
    return this.#changed(person, {
      ...place,
      ruleId,
      lane: mode === 'shadow' ? 'shadow' : 'live',
      mode,
      text: mode === 'off' ? null : String(body.text),
      until: (body.until as number | null | undefined) ?? null,
      note: String(body.note),
    });
  }

  withdraw(ruleId: string, query: URLSearchParams, person: Person): RuleVersion {
    const place = { scope: query.get('scope') as 'area', scopeId: query.get('scopeId')! };
    const lane = (query.get('lane') ?? 'live') as 'live';
    return this.#changed(person, { ...place, lane, ruleId, mode: 'withdrawn', text: null, note: query.get('note')! });
  }

  revert(ruleId: string, { version, note }: Body, person: Person): RuleVersion {
    const { scope, scopeId, lane, mode, text } = this.#history.version(Number(version))!;
    const back = { scope, scopeId, lane, mode, text, reverts: Number(version) };
    return this.#changed(person, { ...back, ruleId, note: String(note) });
  }

  #changed(person: Person, change: Omit<Change, 'at' | 'byPersonId'>): RuleVersion {
    return this.#shown([this.#add({ ...change, at: Date.now(), byPersonId: person.id })])[0]!;
  }

  #add(change: Change): StoredVersion {
    const same = this.#history
      .of(change.ruleId)
      .findLast((one) => one.scope === change.scope && one.scopeId === change.scopeId && one.lane === change.lane);
    const version = { until: null, reverts: null, ...change, version: ++this.#latest, before: same?.version ?? null };
    this.#history.add([version]);
    return version;
  }

  #shown(versions: readonly StoredVersion[]): RuleVersion[] {
    const newest = this.#history.newest();
    return versions.map((stored) => {
      const { byPersonId, ...version } = stored;
      const area = version.scope === 'area' ? this.#areas.find(({ id }) => id === version.scopeId) : undefined;
      const device = version.scope === 'device' ? this.#devices.find(({ id }) => id === version.scopeId) : undefined;
      const person = people.find(({ id }) => id === byPersonId);
      return {
        ...version,
        place: area?.name ?? (device ? { zh: device.name, en: device.name } : null),
        rule: this.#history.ruleOf(stored),
        by: person ? { id: person.id, name: person.name } : null,
        inForce: newest.has(version.version) && version.mode !== 'withdrawn',
      };
    });
  }
}

function inFolder(typeId: string) {
  return { scope: 'type', scopeId: typeId, lane: 'live', mode: 'live', note: '', byPersonId: null } as const;
}
