import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../../shared/errors.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller, sessionCookie } from '../access/authenticate.ts';
import { hashPassword, verifyPassword } from '../access/password.ts';
import { sameOrigin } from '../access/same-origin.ts';
import { endSession, endSessionsOf, openSession } from '../access/session.ts';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { PasswordChange, Session, SignIn } from '../contract.ts';
import { findPeople } from '../queries/people.ts';
import { record } from '../record.ts';

/** Attempts a minute for one log-in name from one address, and for all names from one address. */
const attempts = { name: 10, address: 100 };

export function sessionRoutes(api: Api, context: ApiContext): void {
  const { store, clock, settings } = context;
  const secure = settings.http.cert !== undefined || settings.http.publicUrl?.startsWith('https:') === true;
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  const forget = (reply: FastifyReply) => reply.clearCookie(sessionCookie, cookie);
  const byAddress = api.createRateLimit({ max: attempts.address, timeWindow: '1 minute' });

  api.post(
    '/session',
    {
      config: {
        may: 'public',
        rateLimit: {
          max: attempts.name,
          timeWindow: '1 minute',
          hook: 'preHandler',
          keyGenerator: (request) => `${request.ip} ${(request.body as { login: string }).login.toLowerCase()}`,
        },
      },
      schema: {
        tags: ['session'],
        summary: 'Sign in',
        description: 'Browsers get a cookie; programs (no Origin header) get the token for "Authorization: Bearer …".',
        body: SignIn,
        response: { 200: Session },
      },
    },
    async (request, reply) => {
      const fromOwnPage = sameOrigin(request, settings.http.publicUrl);
      if (fromOwnPage === false) throw new TocsinError('FORBIDDEN', 'Sign in from a page of Tocsin itself.');
      const address = await byAddress(request);
      if (!address.isAllowed && address.isExceeded) {
        throw new TocsinError('TOO_MANY_REQUESTS', `Too many attempts to sign in. Wait ${address.ttlInSeconds} s.`);
      }

      const { login, password } = request.body;
      const row = await store
        .selectFrom('person')
        .select(['id', 'passwordHash', 'active'])
        .where('login', '=', login)
        .executeTakeFirst();
      const known = row?.active === 1 ? row : undefined;
      if (!(await verifyPassword(password, known?.passwordHash)) || !known) {
        request.log.warn({ code: 'SIGN_IN_FAILED', address: request.ip }, 'A sign-in was refused.');
        throw new TocsinError('SIGN_IN_FAILED', 'The log-in name or the password is wrong.');
      }

      const { token, expiresAt } = await inTransaction(store, async (tx) => {
        const opened = await openSession(tx, known.id, clock.now(), settings.access.sessionLasts);
        await record(tx, context, known, 'session.opened', `person/${known.id}`, { address: request.ip });
        return opened;
      });
      reply.setCookie(sessionCookie, token, { ...cookie, expires: new Date(expiresAt) });
      const [person] = await findPeople(store, [known.id]);
      return { person: person!, expiresAt, ...(fromOwnPage === null ? { token } : {}) };
    },
  );

  api.get(
    '/session',
    {
      config: { may: 'session.own' },
      schema: { tags: ['session'], summary: 'Who is signed in', response: { 200: Session } },
    },
    async (request) => {
      const { tokenHash: _, expiresAt, ...person } = caller(request);
      return { person, expiresAt };
    },
  );

  api.delete(
    '/session',
    {
      config: { may: 'session.own' },
      schema: { tags: ['session'], summary: 'Sign out', response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const person = caller(request);
      await inTransaction(store, async (tx) => {
        await endSession(tx, person.tokenHash);
        await record(tx, context, person, 'session.ended', `person/${person.id}`);
      });
      return forget(reply).code(204).send();
    },
  );

  api.put(
    '/session/password',
    {
      config: { may: 'session.own' },
      schema: {
        tags: ['session'],
        summary: 'Change the own password; every other session ends',
        body: PasswordChange,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const person = caller(request);
      const { passwordHash } = await store
        .selectFrom('person')
        .select('passwordHash')
        .where('id', '=', person.id)
        .executeTakeFirstOrThrow();
      if (!(await verifyPassword(request.body.current, passwordHash))) {
        throw new TocsinError('SIGN_IN_FAILED', 'The current password is wrong.');
      }
      const next = await hashPassword(request.body.next);
      await inTransaction(store, async (tx) => {
        await tx.updateTable('person').set({ passwordHash: next }).where('id', '=', person.id).execute();
        await endSessionsOf(tx, person.id, person.tokenHash);
        await record(tx, context, person, 'password.changed', `person/${person.id}`);
      });
      return reply.code(204).send();
    },
  );
}
