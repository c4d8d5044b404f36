import { isIPv4 } from 'node:net';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { bearerToken, whoMay } from './access/authenticate.ts';
import type { Api } from './api.ts';
import type { ApiContext } from './context.ts';

/**
 * `/metrics` in Prometheus text: this process, the API's own durations, and what the other parts say. Prometheus on
 * the same machine reads it without signing in; from elsewhere a token with `metrics.read` is needed, since the
 * numbers tell how many devices, alarms and people there are.
 */
export function metricsRoutes(api: Api, context: ApiContext): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'tocsin_http_request_seconds',
    help: 'Time from a request to its answer, by route; live feeds are left out.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });

  api.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    if (route.endsWith('/feed')) return;
    durations.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });

  api.get(
    '/metrics',
    {
      // Public to the machine itself; the handler asks everyone else.
      config: { may: 'public' },
      schema: {
        tags: ['health'],
        summary: 'Prometheus metrics; without signing in from this machine only',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      if (!isLoopback(request.ip)) await whoMay(context, bearerToken(request), 'metrics.read');
      const text = `${await registry.metrics()}\n${await context.metrics()}`;
      return reply.type(registry.contentType).serializer(String).send(text);
    },
  );
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}
