import type { Readable } from 'node:stream';
import { TocsinError } from '../../shared/errors.ts';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { FrameAccepted } from '../contract.ts';

/**
 * Bad credentials a minute from one address, before its further ones are told to wait. A good one is never made to: many
 * devices may share an address, and one that has a wrong secret must not silence the others.
 */
const badCredentials = 30;
/** Bytes of a body that is too large that are read all the same. */
const mostThrownAway = 64 * 1024 * 1024;

/** What devices send that do not speak MQTT. The rules are those of MQTT: the gateway holds them. */
export function frameRoutes(api: Api, context: ApiContext): void {
  const { gateway, settings } = context;
  const { maxPayload } = settings.intake;
  const refusals = api.createRateLimit({ max: badCredentials, timeWindow: '1 minute' });

  // A payload is bytes to us, whatever its content type says; taking it as JSON is the decoder's work.
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', async (_request: unknown, body: Readable) => await readUpTo(body, maxPayload));

  api.post(
    '/frames',
    {
      config: { may: 'device' },
      // The reader above has the limit, and keeps the head of what is too large, so that it can be looked at.
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        tags: ['frames'],
        summary: 'Send a frame as a device',
        description: `HTTP Basic: device id and secret. At most ${maxPayload} bytes. 202 when the frame is durable.`,
        security: [{ device: [] }],
        response: { 202: FrameAccepted },
      },
    },
    async (request, reply) => {
      const payload = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      try {
        const taken = await gateway.acceptHttp({ ...credential(request.headers.authorization), payload });
        return await reply.code(202).send(taken);
      } catch (error) {
        if (error instanceof TocsinError && error.code === 'CREDENTIAL_INVALID') {
          const state = await refusals(request);
          if (!state.isAllowed && state.isExceeded) {
            throw new TocsinError('TOO_MANY_REQUESTS', `Too many bad credentials. Wait ${state.ttlInSeconds} s.`);
          }
          reply.header('www-authenticate', 'Basic realm="tocsin device"');
        }
        throw error;
      }
    },
  );
}

/**
 * Keeps one byte more than is allowed at most: enough to know that it is too large, and to have its head. The rest is
 * read and thrown away, since who is still sending would not hear the answer; from a sender without end we turn away.
 */
async function readUpTo(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (size <= most) chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop cuts the connection.
    if (size > mostThrownAway) break;
  }
  return Buffer.concat(chunks).subarray(0, most + 1);
}

function credential(header: string | undefined): { deviceId: string; secret: string } {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw new TocsinError('CREDENTIAL_INVALID', 'Send the device id and its secret as HTTP Basic authentication.');
  }
  return { deviceId: text.slice(0, colon), secret: text.slice(colon + 1) };
}
