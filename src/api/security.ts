import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { TocsinError } from '../shared/errors.ts';
import type { Api } from './api.ts';
import type { ApiContext } from './context.ts';

/** Headers that browsers heed, cookies, and the counting of attempts. */
export async function secure(api: Api, context: ApiContext): Promise<void> {
  const https = context.settings.http.cert !== undefined;
  await api.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Swagger UI's and the map's icons are data: addresses, what the map has drawn is a blob:.
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        // MapLibre starts its worker from a blob: address when it is bundled.
        workerSrc: ["'self'", 'blob:'],
        childSrc: ["'self'", 'blob:'],
        manifestSrc: ["'self'"],
        mediaSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // Over plain http a browser would refuse to come back.
    strictTransportSecurity: https,
    crossOriginOpenerPolicy: https,
    originAgentCluster: https,
  });
  await api.register(cookie);
  await api.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { after }) =>
      new TocsinError('TOO_MANY_REQUESTS', `Too many attempts. Wait ${after}, then try again.`),
  });
}
