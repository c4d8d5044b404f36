import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A real HTTP endpoint on the loopback. `answers` are the statuses of the first requests, 200 after them; `null` never
 * answers.
 */
export async function startEndpoint(answers: (number | null)[] = []): Promise<{ url: string; received: Received[] }> {
  const { close, ...endpoint } = await openEndpoint(answers);
  onTestFinished(close);
  return endpoint;
}

export interface Endpoint {
  url: string;
  received: Received[];
  close(): Promise<void>;
}

/** The same, for several tests: to be closed by them. */
export async function openEndpoint(answers: (number | null)[] = []): Promise<Endpoint> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const answer = answers.shift();
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      if (answer === null) return;
      if (answer === 302) response.setHeader('location', '/elsewhere');
      response.writeHead(answer ?? 200).end('done');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, close };
}

/** An address on the loopback at which nobody listens. */
export async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/hook`;
}
