import { createHash } from 'node:crypto';
import type { StoreOrTransaction } from './open.ts';
import type { Row } from './schema.ts';
import { inTransaction } from './transaction.ts';

export interface AuditEntry {
  at: number;
  /** Who did it; null when Tocsin did. */
  personId: string | null;
  /** Verb in the past, for example `case.accepted`, `person.created`. */
  action: string;
  /** What it was done to, for example `case/c-17`. */
  subject: string;
  detail: Record<string, unknown>;
}

export type AuditCheck = { ok: true; rows: number; hash: string } | { ok: false; seq: number; reason: string };

/** What the first row follows. */
const beginning = '0'.repeat(64);
const rowsAtOnce = 1000;

/**
 * Adds a row to the record of who did what. Its hash covers the row before, so that a later change, removal or
 * insertion anywhere but at the very end shows in `verifyAudit`.
 */
export async function addAudit(db: StoreOrTransaction, entry: AuditEntry): Promise<void> {
  await inTransaction(db, async (tx) => {
    const last = await tx.selectFrom('audit').select('hash').orderBy('seq', 'desc').limit(1).executeTakeFirst();
    const { detail, ...columns } = entry;
    const row = { ...columns, detailJson: JSON.stringify(detail), previousHash: last?.hash ?? beginning };
    await tx
      .insertInto('audit')
      .values({ ...row, hash: hashOf(row) })
      .execute();
  });
}

/**
 * Goes through the whole record. Rows cut off at the end cannot be noticed from the record alone: compare `hash` and
 * `rows` with ones noted elsewhere earlier.
 */
export async function verifyAudit(db: StoreOrTransaction): Promise<AuditCheck> {
  let previous = beginning;
  let rows = 0;
  let seq = 0;
  for (;;) {
    const page = await db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(rowsAtOnce)
      .execute();
    for (const row of page) {
      seq = row.seq;
      if (row.previousHash !== previous)
        return { ok: false, seq, reason: 'A row before this one is missing or was put in.' };
      if (row.hash !== hashOf(row)) return { ok: false, seq, reason: 'This row was changed after it was written.' };
      previous = row.hash;
      rows += 1;
    }
    if (page.length < rowsAtOnce) return { ok: true, rows, hash: previous };
  }
}

function hashOf(row: Omit<Row<'audit'>, 'seq' | 'hash'>): string {
  const covered = [row.previousHash, row.at, row.personId, row.action, row.subject, row.detailJson];
  return createHash('sha256').update(JSON.stringify(covered)).digest('hex');
}
