import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../api/context.ts';
import { ensureAdministrator } from '../api/first-administrator.ts';
import { RuleShelf } from '../api/rules/rule-shelf.ts';
import { createApi } from '../api/server.ts';
import { flowsProxy } from '../flows/proxy.ts';
import { KnownAreas } from '../response/known-areas.ts';
import { cannotListen } from '../shared/cannot-listen.ts';
import { type MetricsSource, mergeMetrics } from '../shared/metrics.ts';
import type { Flows } from './flows.ts';
import { type ReadinessParts, readiness } from './readiness.ts';
import { sitePlaces } from './site-places.ts';

type ApiParts = Omit<ApiContext, 'readiness' | 'metrics' | 'areas' | 'rules' | 'aroundOf'> &
  Pick<ReadinessParts, 'engine' | 'historian' | 'leftOut'> & {
    flows: Flows;
    /** Whose metrics `/metrics` shows, beside the API's own. */
    measuring: readonly MetricsSource[];
  };

/**
 * Starts API, console and live feed, with Node-RED's pages behind them; then, when everything listens, sees to it that
 * somebody can sign in: a start that fails must not take the only password with it.
 */
export async function startApi(parts: ApiParts): Promise<{ api: FastifyInstance; address: string }> {
  const { settings, store, clock, log, flows, measuring } = parts;
  // Nobody is told that Tocsin is ready before somebody can sign in.
  const administrator = Promise.withResolvers<void>();
  const rules = new RuleShelf(store, parts.deviceTypes, log);
  // Names of rules that no folder has are known before anybody asks for alarms.
  await rules.history();
  const places = sitePlaces(settings);
  const api = createApi({
    ...parts,
    areas: new KnownAreas(store),
    rules,
    aroundOf: (device) => places.around(device),
    readiness: async () => {
      await administrator.promise;
      return await readiness(parts);
    },
    metrics: async () => {
      const merged = await mergeMetrics(measuring);
      return await merged.metrics();
    },
  });
  api.register(flowsProxy, { editor: settings.flows.enabled && settings.flows.editor, flows: flows.host });
  const { host, port } = settings.http;
  const address = await api.listen({ host, port }).catch((error) => {
    throw cannotListen('http.port', error);
  });
  await ensureAdministrator(store, settings, log, clock);
  administrator.resolve();
  return { api, address };
}
