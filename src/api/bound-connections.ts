import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';

const minute = 60_000;

/**
 * The connections there may be at once, live feeds among them: with it everything is bounded that a request holds, such
 * as questions to the other threads. One beyond is closed by Node, and the log says so once a minute.
 */
export function boundConnections({ server }: FastifyInstance, { settings, clock, log }: ApiContext): void {
  server.maxConnections = settings.http.maxConnections;
  let toldAt = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    const now = clock.now();
    if (Math.abs(now - toldAt) < minute) return;
    toldAt = now;
    log.warn({ connections: server.maxConnections }, 'http.maxConnections is reached, further connections are closed');
  });
}
