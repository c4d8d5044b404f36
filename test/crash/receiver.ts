import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook endpoint that remembers what it was told. */
export interface Receiver {
  url: string;
  /** Idempotency key → the event and alarm that came with it, as `raised KQ3B…`, and how often. */
  told: Map<string, { event: string; times: number }>;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const told: Receiver['told'] = new Map();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      const { event, alarm } = JSON.parse(body) as { event: string; alarm?: { id: string } };
      response.end();
      // What is wrong with Tocsin itself, which dies again and again here.
      if (!alarm) return;
      const key = String(request.headers['idempotency-key']);
      told.set(key, { event: `${event} ${alarm.id}`, times: (told.get(key)?.times ?? 0) + 1 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, told, close: () => server.close() };
}
