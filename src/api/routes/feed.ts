import { z } from 'zod';
import { caller } from '../access/authenticate.ts';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { FeedClient } from '../feed/client.ts';

/** Proxies close a connection on which nothing moves for half a minute or more. */
const heartbeatMs = 15_000;

export function feedRoutes(api: Api, context: ApiContext): void {
  const hub = context.liveFeed;
  const heartbeat = setInterval(() => void hub.heartbeat(), heartbeatMs);
  heartbeat.unref();
  // Before the server waits for its connections to end, which these never do by themselves.
  api.addHook('preClose', async () => {
    clearInterval(heartbeat);
    hub.close();
  });

  api.get(
    '/feed',
    {
      config: { may: 'feed.read' },
      schema: {
        tags: ['feed'],
        summary: 'What changes, as it changes (server-sent events)',
        description:
          'Each event is a FeedEvent; its id is seq. With Last-Event-ID it goes on from there. An event named reset means that too much was missed: read everything again.',
        headers: z.object({ 'last-event-id': z.string().optional() }),
      },
    },
    async (request, reply) => {
      const lastSeen = /^\d{1,15}$/.exec(request.headers['last-event-id'] ?? '')?.[0];
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // Proxies of the nginx family keep answers back otherwise.
        'x-accel-buffering': 'no',
      });
      response.write('retry: 2000\n\n');
      const client = new FeedClient(response, caller(request), request.scope);
      response.on('close', () => hub.leave(client));
      try {
        await hub.join(client, lastSeen === undefined ? null : Number(lastSeen));
      } catch (error) {
        request.log.error({ err: error }, 'A live feed could not begin.');
        client.close();
      }
    },
  );
}
