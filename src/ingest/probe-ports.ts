import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../settings/schema.ts';
import { cannotListen } from '../shared/cannot-listen.ts';

/** Processes of a Tocsin that was killed a moment ago may still be on their way out. */
const PATIENCE_MS = 3000;
const PAUSE_MS = 100;

/**
 * Finds out whether the ports are free. Processes that share a port would not notice: the system would give them a
 * share of the connections of another Tocsin.
 * @throws TocsinError PORT_UNAVAILABLE
 */
export async function probePorts(mqtt: Settings['mqtt']): Promise<void> {
  const ports = [
    ['mqtt.port', mqtt.port],
    ['mqtt.tls.port', mqtt.tls.port],
    ['mqtt.ws.port', mqtt.ws.port],
    ['mqtt.wss.port', mqtt.wss.port],
  ] as const;
  for (const [setting, port] of ports) {
    if (!port) continue;
    for (let waited = 0; ; waited += PAUSE_MS) {
      const error = await probe(mqtt.host, port);
      if (!error) break;
      if (error.code !== 'EADDRINUSE' || waited >= PATIENCE_MS) throw cannotListen(setting, error);
      await sleep(PAUSE_MS);
    }
  }
}

function probe(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
