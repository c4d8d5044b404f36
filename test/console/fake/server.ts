import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedEvent } from '../../../src/api/contract.ts';
import { TocsinError } from '../../../src/shared/errors.ts';
import { FakeApi } from './api.ts';
import { FakeFailure } from './failure.ts';
import { sendFile } from './files.ts';

/** Starts the fake API with the built console beside it, as strict about content as the real service. */
export async function startFake(port = 0): Promise<{ url: string; api: FakeApi; close(): Promise<void> }> {
  const api = new FakeApi(Date.now());
  const feeds = new Set<ServerResponse>();
  api.emit = (event: FeedEvent) => {
    for (const feed of feeds) feed.write(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/api/v1/')) return sendFile(url.pathname, response);
    const token = /tocsin_session=(\w[\w-]*)/.exec(request.headers.cookie ?? '')?.[1];
    try {
      const person = api.personOf(token);
      const path = url.pathname.slice('/api/v1'.length);
      if (path === '/feed' && person) {
        response
          .writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
          .write(': here\n\n');
        feeds.add(response);
        response.on('close', () => feeds.delete(response));
        return;
      }
      const answer = api.answer(`${request.method} ${path}`, url.searchParams, await bodyOf(request), person, token);
      if (answer.cookie !== undefined) {
        response.setHeader('set-cookie', `tocsin_session=${answer.cookie}; Path=/; HttpOnly; SameSite=Strict`);
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    } catch (error) {
      const known = error instanceof FakeFailure || error instanceof TocsinError;
      const failure = known ? error : new FakeFailure(500, 'INTERNAL', String(error));
      const { status, code, message } = failure;
      const text = failure instanceof TocsinError ? { text: failure.text } : {};
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ code, message, ...text }));
    }
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    api,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}
