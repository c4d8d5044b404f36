import { z } from 'zod';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Readiness } from '../contract.ts';

const tags = ['health'];

export function healthRoutes(api: Api, context: ApiContext): void {
  api.get(
    '/health/live',
    {
      config: { may: 'public' },
      schema: { tags, summary: 'Whether the process answers', response: { 200: z.object({ ok: z.literal(true) }) } },
    },
    async () => ({ ok: true as const }),
  );

  api.get(
    '/health/ready',
    {
      config: { may: 'public' },
      schema: {
        tags,
        summary: 'Whether every part works; if not, which and why',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const parts = await context.readiness();
      const ok = Object.values(parts).every((part) => part.ok);
      return reply.code(ok ? 200 : 503).send({ ok, parts });
    },
  );
}
