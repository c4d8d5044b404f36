import type { Store } from '../../store/open.ts';
import { openSession } from './session.ts';

const id = 'flows';
/** Long enough for any run; the token of the run before ends with the next start. */
const lastsMs = 10 * 365 * 86_400_000;

/**
 * The account with which Node-RED speaks to the API: a person of role `service` that nobody can sign in as, with a
 * token made for this run.
 * @param now milliseconds since the epoch
 */
export async function openFlowsAccount(store: Store, now: number): Promise<string> {
  return await store.transaction().execute(async (tx) => {
    const account = { id, login: id, name: '流程 Flows', role: 'service' as const, passwordHash: '', active: 1 };
    await tx
      .insertInto('person')
      .values(account)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await tx.deleteFrom('session').where('personId', '=', id).execute();
    return (await openSession(tx, id, now, lastsMs)).token;
  });
}
