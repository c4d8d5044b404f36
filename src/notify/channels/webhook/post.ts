import { createHmac } from 'node:crypto';
import { type Message, Undeliverable } from '../../channel.ts';

/** Where a message goes, and what signs it; unsigned when there is no secret. */
export interface Endpoint {
  url: string;
  secret: string | null;
}

/**
 * Posts a message as JSON to an endpoint; any 2xx answer means taken. Headers:
 *
 * - `Idempotency-Key`: the message's id, the same at every attempt.
 * - `X-Tocsin-Signature`: `sha256=` and the HMAC-SHA256 in hex of the body's bytes, when the endpoint has a secret.
 *
 * Redirects are not followed: the body would go to an address that nobody entered.
 * @param signal ends it before its time, with an error
 * @throws Undeliverable when the address is none of http or https; else an Error with a sentence for people.
 */
export async function postMessage(
  endpoint: Endpoint,
  message: Pick<Message, 'id' | 'bodyJson'>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const url = new URL(endpoint.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Undeliverable(`Webhooks go to http or https addresses, not to ${url.protocol}`);
  }
  const status = await post(url, message, endpoint.secret, timeoutMs, signal);
  if (status >= 300 && status < 400) {
    throw new Error(`The endpoint answered ${status}; redirects are not followed, enter the final address.`);
  }
  if (status < 200 || status >= 300) throw new Error(`The endpoint answered ${status}.`);
}

async function post(
  url: URL,
  message: Pick<Message, 'id' | 'bodyJson'>,
  secret: string | null,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'idempotency-key': message.id,
    'user-agent': 'Tocsin',
  };
  if (secret !== null) {
    headers['x-tocsin-signature'] = `sha256=${createHmac('sha256', secret).update(message.bodyJson).digest('hex')}`;
  }
  // `fetch` takes no name and password in the address.
  if (url.username !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: message.bodyJson,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    throw new Error(reason(error, timeoutMs));
  }
}

/** What `fetch` says is in the error's cause; it never holds the address, which may hold a key. */
function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'The endpoint cannot be reached.';
  if (error.name === 'TimeoutError') return `No answer within ${timeoutMs} ms.`;
  const code = (error.cause as { code?: string } | undefined)?.code;
  return `The endpoint cannot be reached (${code ?? error.message}).`;
}
