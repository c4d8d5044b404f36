import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { TocsinError } from '../shared/errors.ts';
import type { ApiError } from './contract.ts';

/** The one place where errors become answers: `{code, message, text, detail}`; nothing of our inside goes out. */
export function handleErrors(api: FastifyInstance): void {
  api.setErrorHandler((error: FastifyError, request, reply) => {
    const known = toTocsinError(error);
    if (known?.code === 'SIGN_IN_REQUIRED' && isOpenedByPerson(request)) {
      return reply.redirect(`/sign-in?to=${encodeURIComponent(request.url)}`);
    }
    if (known) return answer(reply, known, known.status);
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return answer(reply, new TocsinError('REQUEST_INVALID', error.message), error.statusCode);
    }
    if (request.raw.socket.destroyed) {
      // Whoever sent it is gone, often in the middle of the body: nothing has failed here, and nobody hears an answer.
      request.log.debug({ err: error, id: request.id }, 'A request was broken off.');
      return reply.hijack();
    }
    request.log.error({ err: error, id: request.id, route: request.routeOptions.url }, 'A request has failed.');
    return answer(
      reply,
      new TocsinError('INTERNAL', `Something went wrong here. The log has more under the id ${request.id}.`, {
        id: request.id,
      }),
      500,
    );
  });
}

/** Answers what Fastify refuses before there is a route, such as an address with a broken escape (`/%ff`). */
export function answerMalformed(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  answer(reply, new TocsinError('REQUEST_INVALID', `${error.message}.`), 400);
}

function isOpenedByPerson({ method, headers, routeOptions }: FastifyRequest): boolean {
  return method === 'GET' && routeOptions.config.page === true && (headers.accept ?? '').includes('text/html');
}

function toTocsinError(error: FastifyError): TocsinError | null {
  if (error instanceof TocsinError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error);
  if (/^SQLITE_(FULL|IOERR|BUSY|READONLY|CANTOPEN)/.test(error.code ?? '')) {
    return new TocsinError(
      'STORE_UNAVAILABLE',
      `The store cannot be used: ${error.message}. Check the disk of dataDir, then try again.`,
    );
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new TocsinError('PAYLOAD_TOO_LARGE', 'The body is too large. Send it in several parts.');
  }
  return null;
}

/** Says of each bad part where it is and what is allowed there. */
function invalidRequest(error: Pick<FastifyError, 'validation' | 'validationContext'>): TocsinError {
  const where = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body');
  const problems = (error.validation ?? []).map((issue) => ({
    path: [where, ...issue.instancePath.split('/').filter(Boolean)].join('.'),
    problem: issue.message ?? 'is not allowed',
  }));
  const sentence = problems.map(({ path, problem }) => `${path}: ${problem}`).join('; ');
  return new TocsinError('REQUEST_INVALID', sentence, { problems });
}

function answer(reply: FastifyReply, error: TocsinError, status: number): FastifyReply {
  const { retryAfterS } = error.detail;
  if (typeof retryAfterS === 'number') reply.header('retry-after', retryAfterS);
  const { code, message, text, detail } = error;
  const body: ApiError = { code, message, ...(text.zh !== text.en && { text }), detail };
  return reply.code(status).serializer(JSON.stringify).type('application/json; charset=utf-8').send(body);
}

/** Answers for what has no route. */
export function notFound(request: FastifyRequest): TocsinError {
  const path = request.url.split('?')[0];
  return new TocsinError('NOT_FOUND', `There is no ${request.method} ${path}. See /api/docs for what there is.`);
}
