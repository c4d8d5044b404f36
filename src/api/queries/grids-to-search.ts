import type { StoreOrTransaction } from '../../store/open.ts';
import { areaTree, below, type Scope } from '../access/scope.ts';

/**
 * In which areas a list looks: what the caller sees, and within it the area that was asked for and all below.
 * Undefined is everywhere.
 */
export async function gridsToSearch(
  db: StoreOrTransaction,
  scope: Scope,
  area: string | undefined,
): Promise<string[] | undefined> {
  if (area === undefined) return scope ? [...scope] : undefined;
  const found = below(await areaTree(db), [area]);
  return [...found].filter((id) => scope === null || scope.has(id));
}
