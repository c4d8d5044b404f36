import { type FastifyHttpProxyOptions, fastifyHttpProxy } from '@fastify/http-proxy';
import type { FastifyInstance } from 'fastify';
import { TocsinError } from '../shared/errors.ts';
import type { FlowsHost } from './host.ts';

export interface FlowsProxyOptions {
  /** Whether the editor is on: `flows.editor` of the settings. */
  editor: boolean;
  /** Asked at each request: Node-RED starts when the API, which its nodes call, is there already. Null until then. */
  flows(): FlowsHost | null;
}

/** The editor brings inline scripts and evaluates some; it may be framed by nobody else. */
const editorPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'self'";

/**
 * Puts Node-RED behind this server: `/red`, the editor, when it is on, with its WebSocket, for who has the API's
 * permission `flow.edit`; `/hooks`, the flows' own `http in` nodes, for everybody.
 */
export async function flowsProxy(instance: FastifyInstance, { editor, flows }: FlowsProxyOptions): Promise<void> {
  if (editor) {
    await instance.register(async (scope) => {
      scope.addHook('onSend', async (_request, reply) => {
        reply.header('content-security-policy', editorPolicy);
      });
      await scope.register(fastifyHttpProxy, proxyTo(flows, '/red', { may: 'flow.edit', page: true }));
    });
  } else {
    const config = { may: 'public' as const };
    const off = async () => {
      throw new TocsinError('NOT_FOUND', 'The flow editor is off. Set flows.editor to true to switch it on.');
    };
    instance.all('/red', { config }, off);
    instance.all('/red/*', { config }, off);
  }
  await instance.register(fastifyHttpProxy, proxyTo(flows, '/hooks', { may: 'public' }));
}

function proxyTo(
  flows: FlowsProxyOptions['flows'],
  prefix: string,
  config: { may: string; page?: boolean },
): FastifyHttpProxyOptions & { websocket: true } {
  const running = () => {
    const host = flows();
    if (!host?.httpUrl) throw unavailable();
    return { url: host.httpUrl, headers: host.headers };
  };
  return {
    prefix,
    rewritePrefix: prefix,
    upstream: '',
    websocket: true,
    config,
    preHandler: async () => {
      running();
    },
    replyOptions: {
      getUpstream: () => running().url,
      // A session's cookie is nothing for a flow to see.
      rewriteRequestHeaders: (_request, headers) => ({ ...headers, cookie: undefined, ...running().headers }),
      onError: (reply) => {
        const { status, code, message } = unavailable();
        reply.code(status).send({ code, message });
      },
    },
    // The same at a WebSocket; the type leaves out the function that the proxy calls here.
    wsClientOptions: { headers: {}, ...{ rewriteRequestHeaders: () => ({ ...running().headers }) } },
  };
}

function unavailable(): TocsinError {
  return new TocsinError('FLOWS_UNAVAILABLE', 'Node-RED is being started. Try again in a few seconds.');
}
