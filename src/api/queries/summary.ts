import { internalGridId } from '../../model/internal.ts';
import { type Severity, severities, severityRank } from '../../model/severity.ts';
import type { Store } from '../../store/open.ts';
import type { Summary } from '../contract.ts';

/** The numbers at the top of the wall, over the given grids or over all. */
export async function findSummary(db: Store, gridIds: readonly string[] | undefined): Promise<Summary> {
  const { devices } = await devicesOf(db, gridIds).executeTakeFirstOrThrow();
  const { openCases } = await openCasesOf(db, gridIds).executeTakeFirstOrThrow();
  const groups = await activeAlarms(db, gridIds).execute();

  const activeAlarmsBySeverity = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<
    Severity,
    number
  >;
  const grids = new Map<string, Summary['grids'][number]>();
  let unacknowledged = 0;
  for (const group of groups) {
    activeAlarmsBySeverity[group.severity] += group.alarms;
    unacknowledged += group.alarms - group.acknowledged;
    const grid = grids.get(group.gridId) ?? { gridId: group.gridId, worst: group.severity, alarms: 0 };
    grid.alarms += group.alarms;
    if (severityRank(group.severity) > severityRank(grid.worst)) grid.worst = group.severity;
    grids.set(group.gridId, grid);
  }
  return { devices, openCases, unacknowledged, activeAlarms: activeAlarmsBySeverity, grids: [...grids.values()] };
}

function devicesOf(db: Store, gridIds: readonly string[] | undefined) {
  const query = db.selectFrom('device').select((e) => e.fn.countAll<number>().as('devices'));
  return gridIds ? query.where('gridId', 'in', [...gridIds]) : query;
}

function openCasesOf(db: Store, gridIds: readonly string[] | undefined) {
  const query = db
    .selectFrom('workCase')
    .select((e) => e.fn.countAll<number>().as('openCases'))
    .where('status', '!=', 'closed');
  return gridIds ? query.where('gridId', 'in', [...gridIds]) : query;
}

function activeAlarms(db: Store, gridIds: readonly string[] | undefined) {
  const query = db
    .selectFrom('alarm')
    .select(['gridId', 'severity'])
    .select((e) => [e.fn.countAll<number>().as('alarms'), e.fn.count<number>('acknowledgedAt').as('acknowledged')])
    .where('active', '=', 1)
    .groupBy(['gridId', 'severity'])
    .orderBy('gridId');
  return gridIds ? query.where('gridId', 'in', [...gridIds]) : query.where('gridId', '!=', internalGridId);
}
