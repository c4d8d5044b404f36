import { existsSync } from 'node:fs';
import { dataFiles } from '../settings/data-files.ts';
import { loadSettings } from '../settings/load.ts';
import { verifyAudit } from '../store/audit.ts';
import { openStore } from '../store/open.ts';
import type { Outcome } from './main.ts';

/**
 * `audit verify`: whether the chain of the audit record holds. It prints the last hash: noted elsewhere, it also shows
 * later that no rows were cut off the end.
 */
export async function auditVerify(): Promise<Outcome> {
  const file = dataFiles(loadSettings({ env: process.env })).store;
  if (!existsSync(file)) return { text: `There is no store at ${file}; set dataDir (TOCSIN_DATA_DIR).`, ok: false };
  const store = await openStore(file);
  try {
    const result = await verifyAudit(store);
    return result.ok
      ? { text: `${result.rows} rows, unbroken. Last hash: ${result.hash}`, ok: true }
      : { text: `The record was changed at row ${result.seq}: ${result.reason}`, ok: false };
  } finally {
    await store.destroy();
  }
}
