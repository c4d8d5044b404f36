import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { routesMay } from './access/routes-may.ts';
import type { Api } from './api.ts';
import * as contract from './contract.ts';
import { examples } from './examples.ts';

/** OpenAPI 3.1 made of the routes' schemas, at /api/docs/json, and the page that shows it at /api/docs. */
export async function describeApi(api: Api): Promise<void> {
  // Zod's own registry, since it has what the schemas say with `describe`.
  for (const [name, schema] of Object.entries(contract)) {
    const example = examples[name as keyof typeof contract];
    const more = example === undefined ? {} : { examples: [example] };
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), ...more, id: name });
  }

  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version: '1',
        description: 'Times are milliseconds since the epoch. Errors are {code, message, detail}; see docs/errors.md.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'The token of POST /api/v1/session.' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'tocsin_session' },
          device: { type: 'http', scheme: 'basic', description: 'Device id and secret.' },
        },
      },
      security: [{ token: [] }, { cookie: [] }],
    },
    transform: createJsonSchemaTransform({}),
    transformObject: createJsonSchemaTransformObject({}),
  });

  await api.register(async (docs) => {
    routesMay(docs, 'public');
    await docs.register(swaggerUi, {
      routePrefix: '/api/docs',
      theme: { title: 'Tocsin API' },
      // Without the bar on top, in which one would choose another API.
      uiConfig: { layout: 'BaseLayout', validatorUrl: null },
    });
  });
}
