import { createServer } from 'node:net';
import { SimulatorError } from './simulator-error.ts';

/**
 * The first free port from the wanted one on; 0 gives any free one.
 * @param taken ports that were given away already in this run.
 */
export async function freePort(wanted: number, host: string, taken: Set<number>): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + 100, 65_536); port++) {
    if (taken.has(port)) continue;
    const bound = await bind(port, host);
    if (bound === null || taken.has(bound)) continue;
    taken.add(bound);
    return bound;
  }
  throw new SimulatorError(
    `No port from ${wanted} to ${wanted + 99} is free on ${host}. Choose another one with --port.`,
  );
}

/** The port that was bound, for a moment; null when it is taken. */
function bind(port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(new SimulatorError(`Cannot listen on ${host}: ${error.message}`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
}
