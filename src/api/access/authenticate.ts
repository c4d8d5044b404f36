import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { allows, type Permission } from '../../model/permission.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { ApiContext } from '../context.ts';
import type { Access } from './routes-may.ts';
import { sameOrigin } from './same-origin.ts';
import { type Scope, scopeOf } from './scope.ts';
import { findSession, type SignedIn } from './session.ts';

export const sessionCookie = 'tocsin_session';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What one must be allowed to do to call this route. Without it a route cannot be registered. */
    may?: Access;
    /** A page that people open: who is not signed in is led to the sign-in and back, instead of being shown JSON. */
    page?: boolean;
  }
  interface FastifyRequest {
    /** Who calls; null on public routes and those of devices. */
    person: SignedIn | null;
    scope: Scope;
  }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A route that does not say who may call it stops the start. For the root, before any route. */
export function requirePermissions(api: FastifyInstance): void {
  const registered: RouteOptions[] = [];
  api.addHook('onRoute', (route) => {
    registered.push(route);
  });
  // Not at once: a plugin's routes get their `may` from the scope that the plugin is registered in, a moment later.
  api.addHook('onReady', async () => {
    const open = registered.filter((route) => !route.config?.may).map((route) => `${route.method} ${route.url}`);
    if (open.length > 0) throw new Error(`These routes do not say who may call them (config.may): ${open.join(', ')}.`);
  });
}

/** Asks every request who it is and whether its route's `config.may` is his. Cookies must be there already. */
export function authenticate(api: FastifyInstance, context: ApiContext): void {
  api.decorateRequest('person', null);
  api.decorateRequest('scope', null);

  api.addHook('onRequest', async (request) => {
    const may = request.routeOptions.config.may;
    // No route: the not-found handler answers.
    if (request.is404 || may === 'public' || may === 'device') return;
    if (may === undefined) throw new TocsinError('FORBIDDEN', 'Nobody may call this.');

    const { token, byCookie } = tokenOf(request);
    const person = await whoMay(context, token, may);
    if (byCookie && !safeMethods.has(request.method) && !sameOrigin(request, context.settings.http.publicUrl)) {
      throw new TocsinError(
        'FORBIDDEN',
        'This request signs in by cookie but does not come from a page of Tocsin. Programs send the token as "Authorization: Bearer …".',
      );
    }
    request.person = person;
    request.scope = await scopeOf(context.store, person);
  });
}

/**
 * Who has this token, when he may do it.
 * @throws TocsinError SIGN_IN_REQUIRED; FORBIDDEN.
 */
export async function whoMay(context: ApiContext, token: string | undefined, may: Permission): Promise<SignedIn> {
  const person = token ? await findSession(context.store, token, context.clock.now()) : null;
  if (!person) throw new TocsinError('SIGN_IN_REQUIRED', 'Sign in first: POST /api/v1/session.');
  if (!allows(person.role, may)) {
    throw new TocsinError('FORBIDDEN', `A ${person.role} may not do this (${may}). Ask an administrator.`, { may });
  }
  return person;
}

/** Who calls a route that is not public. */
export function caller(request: FastifyRequest): SignedIn {
  if (!request.person) throw new Error(`${request.routeOptions.url} has no one signed in; is its config.may public?`);
  return request.person;
}

/** The token that a program sends. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer ([\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

function tokenOf(request: FastifyRequest): { token: string | undefined; byCookie: boolean } {
  const bearer = bearerToken(request);
  if (bearer) return { token: bearer, byCookie: false };
  return { token: request.cookies[sessionCookie], byCookie: true };
}
