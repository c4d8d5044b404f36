import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import Fastify, { type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance, LogController } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { authenticate, requirePermissions } from './access/authenticate.ts';
import type { Api } from './api.ts';
import { boundConnections } from './bound-connections.ts';
import { serveConsole } from './console.ts';
import type { ApiContext } from './context.ts';
import { answerMalformed, handleErrors } from './error-handler.ts';
import { strictValidatorCompiler } from './known-keys.ts';
import { metricsRoutes } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { areaRoutes } from './routes/areas.ts';
import { backtestRoutes } from './routes/backtests.ts';
import { caseRoutes } from './routes/cases.ts';
import { deviceDataRoutes } from './routes/device-data.ts';
import { deviceExplainRoutes } from './routes/device-explain.ts';
import { deviceTypeRoutes } from './routes/device-types.ts';
import { deviceRoutes } from './routes/devices.ts';
import { dutyRoutes } from './routes/duty.ts';
import { feedRoutes } from './routes/feed.ts';
import { frameRoutes } from './routes/frames.ts';
import { healthRoutes } from './routes/health.ts';
import { noticeRoutes } from './routes/notices.ts';
import { peopleRoutes } from './routes/people.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { replayRoutes } from './routes/replays.ts';
import { ruleRoutes } from './routes/rules.ts';
import { sessionRoutes } from './routes/session.ts';
import { shadowRoutes } from './routes/shadow.ts';
import { summaryRoutes } from './routes/summary.ts';
import { systemRoutes } from './routes/system.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { secure } from './security.ts';

const builtConsole = fileURLToPath(new URL('../console/dist', import.meta.url));

const endWithinMs = 2_000;
/** A request has to be there as a whole by then; who sends slower, or never to the end, holds a connection for nothing. */
const requestWithinMs = 120_000;

const routeGroups = [
  sessionRoutes,
  peopleRoutes,
  areaRoutes,
  dutyRoutes,
  deviceTypeRoutes,
  deviceRoutes,
  deviceDataRoutes,
  deviceExplainRoutes,
  alarmRoutes,
  caseRoutes,
  noticeRoutes,
  quarantineRoutes,
  replayRoutes,
  backtestRoutes,
  shadowRoutes,
  ruleRoutes,
  webhookRoutes,
  summaryRoutes,
  systemRoutes,
  feedRoutes,
  frameRoutes,
];

/**
 * The HTTP side of Tocsin: API, live feed, documentation, metrics and the console. Call `listen` with
 * `settings.http.host` and `port`; https when `settings.http` has a certificate. Routes added later must say who may
 * call them (`config.may`), as all others do.
 * @param consoleDir where the built console is
 */
export function createApi(context: ApiContext, { consoleDir = builtConsole } = {}): FastifyInstance {
  const { cert, key } = context.settings.http;
  const options: FastifyHttpOptions<Server, FastifyBaseLogger> = {
    loggerInstance: context.log.child({ room: 'api' }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // A proxy on this machine says who is behind it; from elsewhere nobody is believed.
    trustProxy: 'loopback',
    forceCloseConnections: 'idle',
    // What has come is answered at the end too, and by us: a bare 503 has no code and no word of what to do.
    return503OnClosing: false,
    frameworkErrors: answerMalformed,
    requestTimeout: requestWithinMs,
  };
  const tls = cert && key ? { https: { cert: readFileSync(cert), key: readFileSync(key) } } : {};
  const root = Fastify({ ...options, ...tls });
  const api: Api = root.withTypeProvider<ZodTypeProvider>();

  api.setValidatorCompiler(strictValidatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  handleErrors(api);
  requirePermissions(api);
  tellOfOwnChanges(api, context);
  boundTheEnd(api);
  boundConnections(root, context);
  // Plugins load in this order: what the routes need is there before them.
  api.register(fastifyPlugin(async (instance: Api) => await secure(instance, context)));
  api.register(
    fastifyPlugin(async (instance: Api) => {
      authenticate(instance, context);
      await describeApi(instance);
      metricsRoutes(instance, context);
      healthRoutes(instance, context);
      for (const routes of routeGroups) {
        await instance.register(async (scope) => routes(scope.withTypeProvider<ZodTypeProvider>(), context), {
          prefix: '/api/v1',
        });
      }
      await serveConsole(instance, consoleDir);
    }),
  );
  return root;
}

/** What a request has changed is in the feed by now; whoever listens is told when the answer is out. */
function tellOfOwnChanges(api: Api, context: ApiContext): void {
  api.addHook('onResponse', async (request) => {
    const may = request.routeOptions.config.may;
    if (request.method !== 'GET' && may !== undefined && may !== 'device') context.feed.changed();
  });
}

/** Requests under way are finished at the end, but a connection that does not go idle must not hold it up. */
function boundTheEnd(api: Api): void {
  api.addHook('preClose', async () => {
    setTimeout(() => api.server.closeAllConnections(), endWithinMs).unref();
  });
}
