import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Fastify as the routes see it: requests and answers have the types of their zod schemas. */
export type Api = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** Path parameter of routes about one thing. */
export const byId = z.object({ id: z.string().min(1).max(300) });

/** How many rows a list gives at most. */
export const limitUpTo = (most: number, otherwise: number) =>
  z.coerce.number().int().min(1).max(most).default(otherwise).describe(`at most ${most}`);

/** Several values in one query parameter, with commas between them. */
export const commaSeparated = <T extends z.ZodType<unknown, string>>(one: T) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(one))
    .optional();

export const time = z.coerce.number().int().min(0).describe('milliseconds since the epoch');
