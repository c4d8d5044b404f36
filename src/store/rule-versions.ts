import type { RuleVersion } from '../model/rule-version.ts';
import type { StoreOrTransaction } from './open.ts';

/** A change of a rule that has no number yet. */
export type NewRuleVersion = Omit<RuleVersion, 'version' | 'before'>;

/** The rule, place and lane that a version is one of. */
export type RuleSlot = Pick<RuleVersion, 'ruleId' | 'scope' | 'scopeId' | 'lane'>;

/** The newest version of a rule at one place; undefined when it was never set there. */
export async function newestVersion(db: StoreOrTransaction, slot: RuleSlot): Promise<RuleVersion | undefined> {
  return await db
    .selectFrom('ruleVersion')
    .selectAll()
    .where('ruleId', '=', slot.ruleId)
    .where('scope', '=', slot.scope)
    .where('scopeId', '=', slot.scopeId)
    .where('lane', '=', slot.lane)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Adds a version after the newest one of its place; in the transaction that says in the audit record who did it. */
export async function addRuleVersion(tx: StoreOrTransaction, version: NewRuleVersion): Promise<RuleVersion> {
  const before = (await newestVersion(tx, version))?.version ?? null;
  return await tx
    .insertInto('ruleVersion')
    .values({ ...version, before })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The versions after a number, in their order. */
export async function ruleVersionsAfter(db: StoreOrTransaction, version: number): Promise<RuleVersion[]> {
  return await db.selectFrom('ruleVersion').selectAll().where('version', '>', version).orderBy('version').execute();
}

/** Area → the area one tier up, without their polygons. */
export async function loadAreaParents(db: StoreOrTransaction): Promise<Map<string, string | null>> {
  const rows = await db.selectFrom('area').select(['id', 'parentId']).execute();
  return new Map(rows.map((row) => [row.id, row.parentId]));
}
