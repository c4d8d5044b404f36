import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** Answers as InfluxDB 2 is documented to: neither 2 nor 3 is in Debian, so only our side of the talk is shown. */
export async function documentedServer(
  answer: (request: IncomingMessage, body: string) => [number, unknown],
  headers: Record<string, string> = {},
) {
  const requests: { method: string; url: URL; authorization: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const url = new URL(request.url!, 'http://server');
    requests.push({ method: request.method!, url, authorization: request.headers.authorization, body });
    const [status, json] = answer(request, body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(json === null ? undefined : JSON.stringify(json));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
