import { randomBytes, randomUUID } from 'node:crypto';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { addAudit } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { inTransaction } from '../store/transaction.ts';
import { hashPassword } from './access/password.ts';

/**
 * When there is nobody (programs do not count): adds the administrator `admin` with `access.adminPassword`, or with a
 * made-up password that is logged, once. Otherwise nothing happens, whatever the setting says.
 */
export async function ensureAdministrator(
  store: Store,
  settings: Pick<Settings, 'access'>,
  log: Logger,
  clock: Clock,
): Promise<void> {
  const someone = await store
    .selectFrom('person')
    .select('id')
    .where('role', '!=', 'service')
    .limit(1)
    .executeTakeFirst();
  if (someone) return;

  const given = settings.access.adminPassword;
  const password = given ?? randomBytes(12).toString('base64url');
  const passwordHash = await hashPassword(password);
  const id = randomUUID();
  await inTransaction(store, async (tx) => {
    await tx
      .insertInto('person')
      .values({ id, login: 'admin', name: '管理员 Administrator', role: 'administrator', passwordHash, active: 1 })
      .execute();
    const entry = { personId: null, action: 'person.created', subject: `person/${id}` };
    await addAudit(tx, { ...entry, at: clock.now(), detail: { login: 'admin', role: 'administrator' } });
  });
  if (given === undefined) {
    log.warn(
      { room: 'api' },
      `There was nobody yet: sign in as "admin" with the password "${password}" and change it.`,
    );
  } else {
    log.info({ room: 'api' }, 'There was nobody yet: sign in as "admin" with the password of access.adminPassword.');
  }
}
