import { type FastifyHttpProxyOptions, fastifyHttpProxy } from '@fastify/http-proxy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TocsinError } from '../shared/errors.ts';
import type { FlowsHost } from './host.ts';

export interface FlowsProxyOptions {
  flows: FlowsHost;
  /**
   * Whether this request comes from a signed-in administrator or integrator. May throw its own TocsinError, such as
   * SIGN_IN_REQUIRED.
   */
  mayEdit(request: FastifyRequest): boolean | Promise<boolean>;
}

/** The editor brings inline scripts and evaluates some; it may be framed by nobody else. */
const editorPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'self'";

/**
 * Puts Node-RED behind this server: `/red`, the editor, when it is on and for those who may edit, with its WebSocket;
 * `/hooks`, the flows' own `http in` nodes, for everybody.
 */
export async function flowsProxy(instance: FastifyInstance, { flows, mayEdit }: FlowsProxyOptions): Promise<void> {
  const guard = async (request: FastifyRequest) => {
    if (await mayEdit(request)) return;
    throw new TocsinError('FORBIDDEN', 'The flow editor is for administrators and integrators.');
  };
  if (flows.editor) {
    await instance.register(async (editor) => {
      // Before the body is read, and for the WebSocket as well.
      editor.addHook('onRequest', guard);
      editor.addHook('onSend', async (_request, reply) => {
        reply.header('content-security-policy', editorPolicy);
      });
      await editor.register(fastifyHttpProxy, proxyTo(flows, '/red'));
    });
  } else {
    const off = async () => {
      throw new TocsinError('NOT_FOUND', 'The flow editor is off. Set flows.editor to true to switch it on.');
    };
    instance.all('/red', off);
    instance.all('/red/*', off);
  }
  await instance.register(fastifyHttpProxy, proxyTo(flows, '/hooks'));
}

function proxyTo(flows: FlowsHost, prefix: string): FastifyHttpProxyOptions & { websocket: true } {
  return {
    prefix,
    rewritePrefix: prefix,
    upstream: '',
    websocket: true,
    preHandler: async () => {
      upstreamOf(flows);
    },
    replyOptions: {
      getUpstream: () => upstreamOf(flows),
      // A session's cookie is nothing for a flow to see.
      rewriteRequestHeaders: (_request, headers) => ({ ...headers, cookie: undefined, ...flows.headers }),
      onError: (reply) => {
        const { status, code, message } = unavailable();
        reply.code(status).send({ code, message });
      },
    },
    wsClientOptions: { headers: { ...flows.headers } },
  };
}

function upstreamOf(flows: FlowsHost): string {
  if (flows.httpUrl) return flows.httpUrl;
  throw unavailable();
}

function unavailable(): TocsinError {
  return new TocsinError('FLOWS_UNAVAILABLE', 'Node-RED is being started again. Try again in a few seconds.');
}
