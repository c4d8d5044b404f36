import { sql } from 'kysely';
import { type Severity, severityRank } from '../../model/severity.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { Device } from '../contract.ts';

export interface DeviceFilter {
  ids?: readonly string[] | undefined;
  gridIds?: readonly string[] | undefined;
  type?: string | undefined;
  /** Part of the id or the name. */
  q?: string | undefined;
  limit?: number | undefined;
  /** Id of the last device of the page before. */
  after?: string | undefined;
}

/** Devices ordered by id, each with the worst severity of its active alarms. */
export async function findDevices(db: StoreOrTransaction, filter: DeviceFilter): Promise<Device[]> {
  let query = db
    .selectFrom('device')
    .select(['id', 'type', 'name', 'latitude', 'longitude', 'gridId', 'state'])
    .orderBy('id');
  if (filter.ids) query = query.where('id', 'in', [...filter.ids]);
  if (filter.gridIds) query = query.where('gridId', 'in', [...filter.gridIds]);
  if (filter.type) query = query.where('type', '=', filter.type);
  if (filter.after) query = query.where('id', '>', filter.after);
  if (filter.limit) query = query.limit(filter.limit);
  if (filter.q) {
    // What people type has no wildcards in it.
    const pattern = `%${filter.q.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
    const has = (column: 'id' | 'name') => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
    query = query.where((e) => e.or([has('id'), has('name')]));
  }
  const rows = await query.execute();
  const worst = await worstByDevice(db, filter.ids ?? (filter.limit ? rows.map((row) => row.id) : undefined));
  return rows.map((row) => ({ ...row, worst: worst.get(row.id) ?? null }));
}

async function worstByDevice(db: StoreOrTransaction, ids?: readonly string[]): Promise<Map<string, Severity>> {
  let query = db.selectFrom('alarm').select(['deviceId', 'severity']).distinct().where('active', '=', 1);
  if (ids) query = query.where('deviceId', 'in', [...ids]);
  const worst = new Map<string, Severity>();
  for (const { deviceId, severity } of await query.execute()) {
    const known = worst.get(deviceId);
    if (!known || severityRank(severity) > severityRank(known)) worst.set(deviceId, severity);
  }
  return worst;
}
