import type { StoreOrTransaction } from '../../store/open.ts';
import type { SignedIn } from './session.ts';

/** Ids of the areas that someone sees, with all below; null when he sees everything. */
export type Scope = ReadonlySet<string> | null;

/** A grid worker sees what is in his areas and below; everyone else sees everything. */
export async function scopeOf(store: StoreOrTransaction, person: Pick<SignedIn, 'role' | 'areaIds'>): Promise<Scope> {
  return person.role === 'grid-worker' ? await areasBelow(store, person.areaIds) : null;
}

/** The given areas and every area below them. */
export async function areasBelow(store: StoreOrTransaction, areaIds: readonly string[]): Promise<Set<string>> {
  const areas = await store.selectFrom('area').select(['id', 'parentId']).execute();
  const children = Map.groupBy(areas, (area) => area.parentId);
  const found = new Set<string>();
  const waiting = [...areaIds];
  while (waiting.length > 0) {
    const id = waiting.pop()!;
    if (found.has(id)) continue;
    found.add(id);
    for (const child of children.get(id) ?? []) waiting.push(child.id);
  }
  return found;
}

/** Whether someone sees what belongs to this grid; what belongs to none is for those who see everything. */
export function isVisible(scope: Scope, gridId: string | null): boolean {
  return scope === null || (gridId !== null && scope.has(gridId));
}
