import { randomUUID } from 'node:crypto';
import { addAudit } from '../../store/audit.ts';
import type { Store } from '../../store/open.ts';
import { inTransaction } from '../../store/transaction.ts';
import { endSessionsOf, openSession } from './session.ts';

const login = 'flows';
/** The token lives in memory only and is void at the next start, so it need not run out before. */
const lastsMs = 10 * 365 * 86_400_000;

/**
 * A token with which flows act through the API, as the person `flows` of the role `service`, who is added when missing.
 * Nobody can sign in as him, and tokens of earlier starts are void from now on. An administrator who sets him inactive
 * shuts the flows out.
 * @param now milliseconds since the epoch
 */
export async function openFlowsAccount(store: Store, now: number): Promise<string> {
  return await inTransaction(store, async (tx) => {
    const known = await tx.selectFrom('person').select('id').where('login', '=', login).executeTakeFirst();
    const id = known?.id ?? randomUUID();
    if (!known) {
      const person = { id, login, name: '流程 Flows', role: 'service' as const, passwordHash: 'none', active: 1 };
      await tx.insertInto('person').values(person).execute();
      const detail = { login, role: person.role };
      await addAudit(tx, { at: now, personId: null, action: 'person.created', subject: `person/${id}`, detail });
    }
    await endSessionsOf(tx, id);
    return (await openSession(tx, id, now, lastsMs)).token;
  });
}
