import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range that the system takes for outgoing connections, so that none of those has the port meanwhile. */
const first = 20_000;
const last = 32_000;
const given = new Set<number>();

/** A TCP port of the loopback interface that nobody listens on, for servers that cannot be told to pick one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]).catch(() => false);
  if (free) {
    server.close();
    await once(server, 'close');
  }
  return free;
}
