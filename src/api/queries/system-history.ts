import type { Store } from '../../store/open.ts';
import type { SystemStatus } from '../contract.ts';

/** What was wrong with Tocsin itself, the newest first. */
export async function findSystemHistory(db: Store, limit: number): Promise<SystemStatus['history']> {
  const rows = await db.selectFrom('systemAlarm').selectAll().orderBy('raisedAt', 'desc').limit(limit).execute();
  return rows.map(({ id, code, severity, detailJson, raisedAt, clearedAt }) => ({
    id,
    code,
    severity,
    since: raisedAt,
    clearedAt,
    detail: JSON.parse(detailJson) as Record<string, string | number>,
  }));
}
