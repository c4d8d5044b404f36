import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../../model/role.ts';
import type { Store, StoreOrTransaction } from '../../store/open.ts';

/** Someone who is signed in. */
export interface SignedIn {
  id: string;
  login: string;
  name: string;
  role: Role;
  areaIds: string[];
  tokenHash: string;
  expiresAt: number;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/**
 * Opens a session. The token is 256 random bits; only its hash is stored.
 * @param now milliseconds since the epoch
 */
export async function openSession(
  store: StoreOrTransaction,
  personId: string,
  now: number,
  lastsMs: number,
): Promise<{ token: string; expiresAt: number }> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = now + lastsMs;
  await store
    .insertInto('session')
    .values({ tokenHash: hashOf(token), personId, createdAt: now, expiresAt })
    .execute();
  return { token, expiresAt };
}

/** Who has this token; null when it is unknown or expired, or the person is no longer active. */
export async function findSession(store: Store, token: string, now: number): Promise<SignedIn | null> {
  return await sessionByHash(store, hashOf(token), now);
}

/** The same by the token's hash, for a connection that stays open: does its session still hold? */
export async function sessionByHash(store: Store, tokenHash: string, now: number): Promise<SignedIn | null> {
  const rows = await store
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.personId')
    .leftJoin('personArea', 'personArea.personId', 'person.id')
    .select(['person.id', 'person.login', 'person.name', 'person.role', 'session.expiresAt', 'personArea.areaId'])
    .where('session.tokenHash', '=', tokenHash)
    .where('session.expiresAt', '>', now)
    .where('person.active', '=', 1)
    .execute();
  const first = rows[0];
  if (!first) return null;
  const { areaId: _, ...person } = first;
  return { ...person, areaIds: rows.flatMap((row) => row.areaId ?? []), tokenHash };
}

/** Signs out: the token is void from now on. */
export async function endSession(store: StoreOrTransaction, tokenHash: string): Promise<void> {
  await store.deleteFrom('session').where('tokenHash', '=', tokenHash).execute();
}

/** Signs a person out everywhere: after a change of password, role or areas, or when he may no longer sign in. */
export async function endSessionsOf(store: StoreOrTransaction, personId: string, except?: string): Promise<void> {
  await store
    .deleteFrom('session')
    .where('personId', '=', personId)
    .where('tokenHash', '!=', except ?? '')
    .execute();
}
