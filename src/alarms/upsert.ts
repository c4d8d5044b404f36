import type { Transaction } from 'kysely';
import type { Database, Row } from '../store/schema.ts';

/** Rows in one statement: 15 values each. */
const rowsAtOnce = 500;

/** Writes alarms, new ones and known ones alike. What people did to an alarm is left as it is. */
export async function upsertAlarms(tx: Transaction<Database>, alarms: readonly Row<'alarm'>[]): Promise<void> {
  for (let start = 0; start < alarms.length; start += rowsAtOnce) {
    await tx
      .insertInto('alarm')
      .values(alarms.slice(start, start + rowsAtOnce))
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((e) => ({
          severity: e.ref('excluded.severity'),
          peakSeverity: e.ref('excluded.peakSeverity'),
          active: e.ref('excluded.active'),
          clearedAt: e.ref('excluded.clearedAt'),
          count: e.ref('excluded.count'),
          lastAt: e.ref('excluded.lastAt'),
          valuesJson: e.ref('excluded.valuesJson'),
        })),
      )
      .execute();
  }
}
