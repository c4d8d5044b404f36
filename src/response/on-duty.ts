import type { Area } from '../model/area.ts';
import { runFixed } from '../store/fixed-statement.ts';
import type { StoreOrTransaction } from '../store/open.ts';
import { covers } from './duty.ts';

/** An area that was asked for somebody, and who is on duty there. */
export interface Asked {
  area: Area;
  personId: string | null;
}

/**
 * Asks areas, one after the other, for who is on duty, and stops at the first that has somebody. When several are, it
 * is the one whose duty has the first id.
 * @returns the areas asked, in order; only the last can have a person.
 */
export async function askOnDuty(
  db: StoreOrTransaction,
  path: readonly Area[],
  at: number,
  timeZone: string,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  if (path.length === 0) return asked;
  const areaIds = path.map((area) => area.id);
  const duties = await runFixed(db, `duties of ${areaIds.length} areas`, [...areaIds, 1], () =>
    db
      .selectFrom('duty')
      .innerJoin('person', 'person.id', 'duty.personId')
      .select(['duty.areaId', 'duty.personId', 'duty.days', 'duty.fromMinute', 'duty.toMinute'])
      .where('duty.areaId', 'in', areaIds)
      .where('person.active', '=', 1)
      .orderBy('duty.id'),
  );
  for (const area of path) {
    const found = duties.find((duty) => duty.areaId === area.id && covers(duty, at, timeZone));
    asked.push({ area, personId: found?.personId ?? null });
    if (found) break;
  }
  return asked;
}

/**
 * The duty officers who answer for an area: those of it or of an area above it, and those who belong to none. They are
 * told when nobody else can be.
 */
export async function dutyOfficers(db: StoreOrTransaction, path: readonly Area[]): Promise<string[]> {
  const areaIds = path.map((area) => area.id);
  const rows = await runFixed(db, `duty officers of ${areaIds.length} areas`, ['duty-officer', 1, ...areaIds], () =>
    db
      .selectFrom('person')
      .leftJoin('personArea', 'personArea.personId', 'person.id')
      .select('person.id')
      .distinct()
      .where('person.role', '=', 'duty-officer')
      .where('person.active', '=', 1)
      .where((e) => e.or([e('personArea.areaId', 'is', null), e('personArea.areaId', 'in', areaIds)]))
      .orderBy('person.id'),
  );
  return rows.map((row) => row.id);
}
