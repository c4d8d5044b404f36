import type { Access } from '../../src/api/access/routes-may.ts';
import type { ApiContext } from '../../src/api/context.ts';
import { createApi } from '../../src/api/server.ts';

export interface RegisteredRoute {
  method: string;
  url: string;
  may: Access | undefined;
}

/** Every route that the API registers, those of its plugins too; HEAD is left out, it goes with GET. */
export async function registeredRoutes(context: ApiContext): Promise<RegisteredRoute[]> {
  const api = createApi(context);
  const options: { method: string | string[]; url: string; config?: { may?: Access } | undefined }[] = [];
  api.addHook('onRoute', (route) => {
    options.push(route);
  });
  await api.ready();
  await api.close();
  // Only now: a plugin's permission is set after its route was seen.
  return options.flatMap(({ method, url, config }) =>
    [method]
      .flat()
      .filter((one) => one !== 'HEAD')
      .map((one) => ({ method: one, url, may: config?.may })),
  );
}
