import type { StoreOrTransaction } from '../../store/open.ts';
import type { PersonRecord } from '../contract.ts';

/** People by id, or all of them, ordered by log-in name. */
export async function findPeople(db: StoreOrTransaction, ids?: readonly string[]): Promise<PersonRecord[]> {
  let people = db.selectFrom('person').select(['id', 'login', 'name', 'role', 'active']).orderBy('login');
  let areas = db.selectFrom('personArea').selectAll().orderBy('areaId');
  if (ids) {
    people = people.where('id', 'in', [...ids]);
    areas = areas.where('personId', 'in', [...ids]);
  }
  const areasByPerson = Map.groupBy(await areas.execute(), (row) => row.personId);
  return (await people.execute()).map((row) => ({
    ...row,
    active: row.active === 1,
    areaIds: (areasByPerson.get(row.id) ?? []).map((area) => area.areaId),
  }));
}
