import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';

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

function refuseUnknown(what: string, ids: readonly string[], known: ReadonlySet<string>): void {
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new TocsinError('REQUEST_INVALID', `There is no ${what} ${unknown.join(', ')}.`, { unknown });
}
