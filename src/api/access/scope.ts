import { isInternal } from '../../model/internal.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { SignedIn } from './session.ts';

/** Ids of the areas that someone sees, with all below; null when he sees everything. */
export type Scope = ReadonlySet<string> | null;

/** A grid worker sees what is in his areas and below; everyone else sees everything. */
export async function scopeOf(store: StoreOrTransaction, person: Pick<SignedIn, 'role' | 'areaIds'>): Promise<Scope> {
  return person.role === 'grid-worker' ? below(await areaTree(store), person.areaIds) : null;
}

/** By the id of an area, the areas right below it. */
export type AreaTree = ReadonlyMap<string | null, readonly string[]>;

export async function areaTree(store: StoreOrTransaction): Promise<AreaTree> {
  const areas = await store.selectFrom('area').select(['id', 'parentId']).execute();
  const children = Map.groupBy(areas, (area) => area.parentId);
  return new Map([...children].map(([parent, list]) => [parent, list.map((area) => area.id)]));
}

/** The given areas and every area below them. */
export function below(tree: AreaTree, areaIds: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...areaIds];
  while (waiting.length > 0) {
    const id = waiting.pop()!;
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(tree.get(id) ?? []));
  }
  return found;
}

/**
 * Whether someone sees what belongs to this grid; what belongs to none is for those who see everything. Tocsin's own is
 * seen by nobody.
 */
export function isVisible(scope: Scope, gridId: string | null): boolean {
  if (isInternal(gridId)) return false;
  return scope === null || (gridId !== null && scope.has(gridId));
}
