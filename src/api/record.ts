import { addAudit } from '../store/audit.ts';
import type { StoreOrTransaction } from '../store/open.ts';
import type { SignedIn } from './access/session.ts';
import type { ApiContext } from './context.ts';

/** Writes into the audit record what someone did through the API; in the transaction of the deed itself. */
export async function record(
  tx: StoreOrTransaction,
  context: ApiContext,
  person: Pick<SignedIn, 'id'>,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await addAudit(tx, { at: context.clock.now(), personId: person.id, action, subject, detail });
}
