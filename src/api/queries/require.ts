import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { areaTree, below } from '../access/scope.ts';

/** @throws TocsinError REQUEST_INVALID that names the areas that do not exist. */
export async function requireAreas(db: StoreOrTransaction, ids: readonly string[]): Promise<void> {
  const rows = await db.selectFrom('area').select('id').execute();
  refuseUnknown('area', ids, new Set(rows.map((row) => row.id)));
}

/** @throws TocsinError REQUEST_INVALID that names the people who do not exist. */
export async function requirePeople(db: StoreOrTransaction, ids: readonly string[]): Promise<void> {
  const rows = await db.selectFrom('person').select('id').execute();
  refuseUnknown('person', ids, new Set(rows.map((row) => row.id)));
}

/**
 * A grid worker is on duty only where he may see the cases that are given to him.
 * @throws TocsinError CONFLICT that names the person and the area.
 */
export async function requireDutyWithinAreas(db: StoreOrTransaction): Promise<void> {
  const duties = await db
    .selectFrom('duty')
    .innerJoin('person', 'person.id', 'duty.personId')
    .select(['duty.areaId', 'person.id', 'person.name', 'person.role'])
    .where('person.role', '=', 'grid-worker')
    .where('person.active', '=', 1)
    .execute();
  const areas = Map.groupBy(await db.selectFrom('personArea').selectAll().execute(), (row) => row.personId);
  const tree = await areaTree(db);
  for (const { areaId, id, name } of duties) {
    const own = (areas.get(id) ?? []).map((row) => row.areaId);
    if (below(tree, own).has(areaId)) continue;
    throw new TocsinError(
      'CONFLICT',
      `${name} is a grid worker with duty in ${areaId}, which is not in his areas, so that he could not see its cases. Give him the area, or take the duty from him first.`,
      { personId: id, areaId },
    );
  }
}

function refuseUnknown(what: string, ids: readonly string[], known: ReadonlySet<string>): void {
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new TocsinError('REQUEST_INVALID', `There is no ${what} ${unknown.join(', ')}.`, { unknown });
}
