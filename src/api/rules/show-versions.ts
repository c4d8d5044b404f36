import type { RuleVersion as StoredVersion } from '../../model/rule-version.ts';
import type { RuleHistory } from '../../rules/versions/rule-history.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { selectIn } from '../../store/select-in.ts';
import { isVisible, type Scope } from '../access/scope.ts';
import type { RuleVersion } from '../contract.ts';

/**
 * Versions as people see them, in the order given. What is set for a device that the caller does not see is left out.
 * @param history that the versions are from
 */
export async function showVersions(
  db: StoreOrTransaction,
  history: RuleHistory,
  versions: readonly StoredVersion[],
  scope: Scope,
): Promise<RuleVersion[]> {
  const idsOf = (kind: StoredVersion['scope']) => [
    ...new Set(versions.flatMap((one) => (one.scope === kind ? [one.scopeId] : []))),
  ];
  const people = new Map(
    (await selectIn(db, 'person', 'id', [...new Set(versions.flatMap((one) => one.byPersonId ?? []))])).map((one) => [
      one.id,
      one,
    ]),
  );
  const areas = new Map((await selectIn(db, 'area', 'id', idsOf('area'))).map((one) => [one.id, one]));
  const devices = new Map((await selectIn(db, 'device', 'id', idsOf('device'))).map((one) => [one.id, one]));
  const newest = history.newest();
  return versions.flatMap((stored): RuleVersion[] => {
    const { byPersonId, ...version } = stored;
    const device = version.scope === 'device' ? devices.get(version.scopeId) : undefined;
    if (version.scope === 'device' && !isVisible(scope, device?.gridId ?? null)) return [];
    const area = version.scope === 'area' ? areas.get(version.scopeId) : undefined;
    const named = area ? { zh: area.nameZh, en: area.nameEn } : device ? { zh: device.name, en: device.name } : null;
    return [
      {
        ...version,
        place: named,
        rule: history.ruleOf(stored),
        by: byPersonId === null ? null : { id: byPersonId, name: people.get(byPersonId)?.name ?? byPersonId },
        inForce: newest.has(version.version) && version.mode !== 'withdrawn',
      },
    ];
  });
}
