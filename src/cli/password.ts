import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { hashPassword, makeUpPassword } from '../api/access/password.ts';
import { endSessionsOf } from '../api/access/session.ts';
import { PasswordChange } from '../api/contract.ts';
import { systemClock } from '../shared/clock.ts';
import { addAudit } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { inTransaction } from '../store/transaction.ts';
import type { Outcome } from './main.ts';
import { withStore } from './with-store.ts';

const usage = `npm run tocsin -- password <login> [--password TEXT | --stdin]

Sets a person's password: TEXT, the first line of standard input, or a made-up one, which is printed.
Whoever is signed in as that person is signed out. For one who has lost it, the first administrator above all.
Tocsin may be running meanwhile; no restart is needed.`;

/** `password <login>`: for whoever may read and write the data folder, who could do anything anyway. */
export async function setPassword(args: string[]): Promise<Outcome> {
  const options = { password: { type: 'string' }, stdin: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [login, ...more] = positionals;
  if (values.help) return { text: usage, ok: true };
  if (login === undefined || more.length > 0 || (values.stdin && values.password !== undefined))
    return { text: usage, ok: false, misunderstood: true };
  const given = values.stdin ? (await text(process.stdin)).split(/\r?\n/)[0]! : values.password;
  const { minLength, maxLength } = PasswordChange.shape.next;
  if (given !== undefined && !PasswordChange.shape.next.safeParse(given).success)
    return { text: `A password has ${minLength} to ${maxLength} characters; this one has ${given.length}.`, ok: false };
  return await withStore((store) => change(store, login, given));
}

async function change(store: Store, login: string, given: string | undefined): Promise<Outcome> {
  const people = await store
    .selectFrom('person')
    .select(['id', 'login', 'active'])
    .where('role', '!=', 'service')
    .orderBy('login')
    .execute();
  const person = people.find((one) => one.login === login);
  if (!person) {
    const known = people.map((one) => one.login).join(', ') || 'nobody yet: start Tocsin, which adds "admin"';
    return { text: `There is nobody with the log-in name "${login}". There is: ${known}.`, ok: false };
  }
  const password = given ?? makeUpPassword();
  const passwordHash = await hashPassword(password);
  await inTransaction(store, async (tx) => {
    await tx.updateTable('person').set({ passwordHash }).where('id', '=', person.id).execute();
    await endSessionsOf(tx, person.id);
    const detail = { passwordChanged: true, via: 'command line' };
    const subject = `person/${person.id}`;
    await addAudit(tx, { at: systemClock.now(), personId: null, action: 'person.changed', subject, detail });
  });
  const lines = [`The password of "${login}" is set, and every session of that person has ended.`];
  if (given === undefined)
    lines.push(`Sign in with:  ${password}`, 'It is shown only now. Change it after signing in.');
  if (person.active === 0)
    lines.push(`"${login}" is not active and cannot sign in until an administrator makes the person active again.`);
  return { text: lines.join('\n'), ok: true };
}
