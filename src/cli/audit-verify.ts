import { verifyAudit } from '../store/audit.ts';
import type { Outcome } from './main.ts';
import { nothingMore } from './nothing-more.ts';
import { withStore } from './with-store.ts';

const about = 'Checks that nobody has changed the record of who did what, and prints the hash of its last row.';

/**
 * `audit verify`: whether the chain of the audit record holds. It prints the last hash: noted elsewhere, it also shows
 * later that no rows were cut off the end.
 */
export async function auditVerify(args: string[]): Promise<Outcome> {
  const answered = nothingMore('audit verify', about, args);
  if (answered) return answered;
  return await withStore(async (store) => {
    const result = await verifyAudit(store);
    return result.ok
      ? { text: `${result.rows} rows, unbroken. Last hash: ${result.hash}`, ok: true }
      : { text: `The record was changed at row ${result.seq}: ${result.reason}`, ok: false };
  });
}
