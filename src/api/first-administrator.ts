import { randomUUID } from 'node:crypto';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { addAudit } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { inTransaction } from '../store/transaction.ts';
import { hashPassword, makeUpPassword } from './access/password.ts';

/**
 * When there is nobody (programs do not count): adds the administrator `admin` with `access.adminPassword`, or with a
 * made-up password that is logged, once. When there is somebody, a password in the settings has no effect, which is said.
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
  const room = { room: 'api' };
  const given = settings.access.adminPassword;
  if (someone) {
    if (given !== undefined)
      log.info(
        room,
        'access.adminPassword is for the first start and is not used any more. Set a password with: npm run tocsin -- password <login>',
      );
    return;
  }

  const password = given ?? makeUpPassword();
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
    const text = `There was nobody yet. Sign in as "admin" with the password "${password}" and change it: it is shown only now.`;
    log.warn({ ...room, standsOut: true }, text);
  } else {
    log.info(room, 'There was nobody yet. Sign in as "admin" with the password of access.adminPassword.');
  }
}
