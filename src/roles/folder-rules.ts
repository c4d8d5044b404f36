import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { folderRuleTexts } from '../devices/rule-texts.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { RuleMode } from '../model/rule-version.ts';
import { RuleHistory } from '../rules/versions/rule-history.ts';
import type { Clock } from '../shared/clock.ts';
import { addAudit } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { addRuleVersion, type RuleSlot, ruleVersionsAfter } from '../store/rule-versions.ts';

/**
 * Takes what has changed in the `rules.yaml` of each device type since the last start into the versions of rules, so
 * that a folder is one more who changes rules, and the past keeps those it was judged by.
 * @returns the number of the newest version.
 */
export async function recordFolderRules(
  store: Store,
  devicesDir: string,
  types: ReadonlyMap<string, DeviceType>,
  clock: Clock,
): Promise<number> {
  const history = new RuleHistory(types);
  history.add(await ruleVersionsAfter(store, 0));
  const known = new Map<string, Map<string, string>>();
  for (const { scope, scopeId, ruleId, text } of history.placed().all()) {
    if (scope !== 'type') continue;
    known.set(scopeId, (known.get(scopeId) ?? new Map<string, string>()).set(ruleId, text ?? ''));
  }
  for (const type of types.values()) {
    const texts = folderRuleTexts(join(devicesDir, type.id), type.id);
    await recordFolder(store, type.id, texts, known.get(type.id) ?? new Map(), clock.now());
  }
  const newest = await store
    .selectFrom('ruleVersion')
    .select((e) => e.fn.max('version').as('version'))
    .executeTakeFirst();
  return newest?.version ?? 0;
}

async function recordFolder(
  store: Store,
  typeId: string,
  texts: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
  at: number,
): Promise<void> {
  const changed = [...texts].filter(([id, text]) => known.get(id) !== text);
  const gone = [...known.keys()].filter((id) => !texts.has(id));
  if (changed.length + gone.length === 0) return;
  const place: Omit<RuleSlot, 'ruleId'> = { scope: 'type', scopeId: typeId, lane: 'live' };
  await store.transaction().execute(async (tx) => {
    const add = (ruleId: string, mode: RuleMode, text: string | null) =>
      addRuleVersion(tx, { ...place, ruleId, mode, text, until: null, note: '', at, byPersonId: null, reverts: null });
    const versions: number[] = [];
    for (const [id, text] of changed) versions.push((await add(id, 'live', text)).version);
    for (const id of gone) versions.push((await add(id, 'withdrawn', null)).version);
    const hash = createHash('sha256')
      .update([...texts.values()].join('---\n'))
      .digest('hex');
    const detail = { changed: changed.map(([id]) => id), gone, versions, hash };
    await addAudit(tx, { at, personId: null, action: 'rule.folder-changed', subject: `device-type/${typeId}`, detail });
  });
}
