import { scryptSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFlowsAccount } from '../../src/api/access/flows-account.ts';
import { hashPassword, verifyPassword } from '../../src/api/access/password.ts';
import { ensureAdministrator } from '../../src/api/first-administrator.ts';
import { tidyStore } from '../../src/store/tidy-store.ts';
import { openWorld, start, type World } from './world.ts';

const password = 'correct horse battery';

/** As an older Tocsin may have stored it: a hash carries its own, here much cheaper, parameters. */
function cheapHash(of: string): string {
  const salt = Buffer.from('0123456789abcdef');
  const key = scryptSync(of, salt, 32, { N: 1024, r: 8, p: 1 });
  return ['scrypt', 1024, 8, 1, salt.toString('base64url'), key.toString('base64url')].join('$');
}

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const passwordHash = cheapHash(password);
  await world.store
    .updateTable('person')
    .set({ passwordHash })
    .where('id', 'in', ['officer', 'worker', 'colleague'])
    .execute();
});
afterAll(() => world.close());

const signIn = (body: object, headers: Record<string, string> = {}) =>
  world.call(null, 'POST', '/session', body, headers);

test('a program signs in and uses the token, until it signs out', async () => {
  const { status, body } = await signIn({ login: 'officer', password });
  expect(status).toBe(200);
  expect(body).toMatchObject({ person: { id: 'officer', role: 'duty-officer' }, expiresAt: start + 12 * 3_600_000 });
  const authorization = { authorization: `Bearer ${body.token}` };
  expect((await world.call(null, 'GET', '/session', undefined, authorization)).body.person.login).toBe('officer');
  expect((await world.call(null, 'DELETE', '/session', undefined, authorization)).status).toBe(204);
  expect((await world.call(null, 'GET', '/session', undefined, authorization)).status).toBe(401);
});

test('the store has only a hash of the token', async () => {
  const { body } = await signIn({ login: 'officer', password });
  const rows = await world.store.selectFrom('session').selectAll().execute();
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain(body.token);
});

test('a browser gets a cookie that scripts cannot read, and no token', async () => {
  const { body, headers } = await signIn({ login: 'officer', password }, { origin: world.url });
  expect(body.token).toBeUndefined();
  const cookie = headers.get('set-cookie')!;
  expect(cookie).toMatch(/^tocsin_session=[\w-]{43};/);
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Lax');
  expect(cookie).not.toContain('Secure');
});

test('the cookie changes things only from our own pages', async () => {
  const { headers } = await signIn({ login: 'officer', password }, { origin: world.url });
  const cookie = headers.get('set-cookie')!.split(';')[0]!;
  const attempt = (extra: Record<string, string>) =>
    world.call(null, 'PUT', '/duty', [], { cookie, ...extra }).then((answer) => answer.status);

  expect((await world.call(null, 'GET', '/duty', undefined, { cookie })).status).toBe(200);
  expect(await attempt({})).toBe(403);
  expect(await attempt({ origin: 'https://evil.example' })).toBe(403);
  expect(await attempt({ origin: 'null' })).toBe(403);
  expect(await attempt({ origin: world.url, 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await attempt({ 'sec-fetch-site': 'same-site' })).toBe(403);
  expect(await attempt({ origin: world.url })).toBe(200);
  expect(await attempt({ 'sec-fetch-site': 'same-origin' })).toBe(200);
});

test('another site cannot sign a browser in', async () => {
  const { status } = await signIn({ login: 'officer', password }, { origin: 'https://evil.example' });
  expect(status).toBe(403);
});

test('over https, also before a proxy, the cookie is for https only', async () => {
  const behind = await openWorld({ settings: { http: { publicUrl: 'https://tocsin.example' } } });
  try {
    await behind.store
      .updateTable('person')
      .set({ passwordHash: cheapHash(password) })
      .execute();
    const body = { login: 'admin', password };
    const origin = 'https://tocsin.example';
    const { headers } = await behind.call(null, 'POST', '/session', body, { origin });
    expect(headers.get('set-cookie')).toContain('Secure');
  } finally {
    await behind.close();
  }
});

test('a wrong password, an unknown name and one who may not sign in get the same answer', async () => {
  await world.store.updateTable('person').set({ active: 0 }).where('id', '=', 'worker').execute();
  const answers = [
    await signIn({ login: 'officer', password: 'wrong password' }),
    await signIn({ login: 'nobody', password }),
    await signIn({ login: 'worker', password }),
    // Has no password at all.
    await signIn({ login: 'flow', password: 'none' }),
  ];
  await world.store.updateTable('person').set({ active: 1 }).where('id', '=', 'worker').execute();
  for (const { status, body, headers } of answers) {
    expect(status).toBe(401);
    expect(body).toEqual({ code: 'SIGN_IN_FAILED', message: 'The log-in name or the password is wrong.', detail: {} });
    expect(headers.get('set-cookie')).toBeNull();
  }
  expect(JSON.stringify(world.logged)).not.toContain('wrong password');
});

test('guessing at one name is stopped, other names go on', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await signIn({ login: 'colleague', password: `guess ${i}` })).status);
  expect(statuses.slice(0, 10).every((status) => status === 401)).toBe(true);
  expect(statuses.slice(10)).toEqual([429, 429]);
  const refused = await signIn({ login: 'Colleague', password: 'guess' });
  expect(refused.body.code).toBe('TOO_MANY_REQUESTS');
  expect((await signIn({ login: 'officer', password })).status).toBe(200);
});

test('a session ends at its time and is taken away', async () => {
  const { body } = await signIn({ login: 'officer', password });
  const authorization = { authorization: `Bearer ${body.token}` };
  world.clock.at = body.expiresAt - 1;
  expect((await world.call(null, 'GET', '/session', undefined, authorization)).status).toBe(200);
  world.clock.at = body.expiresAt;
  expect((await world.call(null, 'GET', '/session', undefined, authorization)).status).toBe(401);
  await tidyStore(world.store, body.expiresAt);
  const left = await world.store.selectFrom('session').select('expiresAt').execute();
  world.clock.at = start;
  expect(left.every((row) => row.expiresAt > body.expiresAt)).toBe(true);
});

test('changing the own password needs the old one and ends the other sessions', async () => {
  const other = (await signIn({ login: 'worker', password })).body.token;
  const mine = { authorization: `Bearer ${(await signIn({ login: 'worker', password })).body.token}` };
  const next = 'a new long password';
  const wrong = await world.call(null, 'PUT', '/session/password', { current: 'no', next }, mine);
  expect(wrong.body.code).toBe('SIGN_IN_FAILED');
  expect((await world.call(null, 'PUT', '/session/password', { current: password, next }, mine)).status).toBe(204);
  expect((await world.call(null, 'GET', '/session', undefined, mine)).status).toBe(200);
  expect((await world.call(null, 'GET', '/session', undefined, { authorization: `Bearer ${other}` })).status).toBe(401);
  expect((await signIn({ login: 'worker', password })).status).toBe(401);
  expect((await signIn({ login: 'worker', password: next })).status).toBe(200);
});

test('the first administrator is made once, when there is nobody', async () => {
  const { store, context, logged } = world;
  const people = () => store.selectFrom('person').select(['login', 'role', 'active']).execute();
  const before = await people();
  await ensureAdministrator(
    store,
    { access: { adminPassword: password, sessionLasts: 1 } },
    context.log,
    context.clock,
  );
  expect(await people()).toEqual(before);
  expect(logged.filter((line) => String(line.msg).includes('npm run tocsin -- password'))).toHaveLength(1);

  const empty = await openWorld();
  try {
    await empty.store.deleteFrom('person').where('role', '!=', 'service').execute();
    const access = { adminPassword: undefined, sessionLasts: 1 };
    await ensureAdministrator(empty.store, { access }, empty.context.log, empty.context.clock);
    const said = empty.logged.find((line) => String(line.msg).includes('Sign in as "admin"'));
    const made = /the password "([\w-]{16})"/.exec(String(said?.msg))?.[1];
    const answer = await empty.call(null, 'POST', '/session', { login: 'admin', password: made });
    expect(answer.body.person).toMatchObject({ login: 'admin', role: 'administrator' });
  } finally {
    await empty.close();
  }
  expect(JSON.stringify(logged)).not.toContain(password);
});

test('flows get a token of their own; the one of the start before is void', async () => {
  const session = (token: string) =>
    world.call(null, 'GET', '/session', undefined, { authorization: `Bearer ${token}` });
  const first = await openFlowsAccount(world.store, start);
  expect((await session(first)).body.person).toMatchObject({ login: 'flows', role: 'service' });
  const second = await openFlowsAccount(world.store, start);
  expect((await session(first)).status).toBe(401);
  expect((await session(second)).status).toBe(200);
});

test('a password is kept with salt and cost, and typed in either Unicode form', async () => {
  const [one, other] = [await hashPassword('pässword 密码'), await hashPassword('pässword 密码')];
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(other);
  expect(await verifyPassword('pässword 密码'.normalize('NFD'), one)).toBe(true);
  expect(await verifyPassword('password 密码', one)).toBe(false);
  expect(await verifyPassword('', undefined)).toBe(false);
  expect(await verifyPassword('none', 'none')).toBe(false);
});
