import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { createGuardedServer } from './guarded-server.ts';
import type { FromNodeRed, StartNodeRed, ToNodeRed } from './messages.ts';
import { type NodeRed, startNodeRed } from './node-red.ts';

/** The Node-RED process: told what to do by the host over the process channel, ends with it. */

let running: NodeRed | undefined;

process.on('message', (message: ToNodeRed) => {
  if (message.type === 'ping') tell({ type: 'pong' });
  else if (message.type === 'start') start(message.start).catch(fail);
  else void stop();
});
process.on('disconnect', () => process.exit(0));
new Worker(new URL('./follow-host.ts', import.meta.url), { workerData: process.ppid }).unref();
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// Ctrl-C in a terminal reaches every process; this one ends when the host says so.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

async function start(given: StartNodeRed): Promise<void> {
  // Node-RED adds its WebSockets to a server that never listens itself; the guarded one in front of it does.
  const inner = createServer();
  const outer = createGuardedServer(inner, given.secret);
  await new Promise<void>((resolve, reject) => {
    outer.once('error', reject);
    outer.listen(given.port, '127.0.0.1', resolve);
  });
  running = await startNodeRed(given, inner, tell);
  inner.on('request', running.handler as RequestListener);
  tell({ type: 'started', port: (outer.address() as AddressInfo).port });
}

async function stop(): Promise<void> {
  await running?.stop();
  process.exit(0);
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  // The channel carries nothing any more after exit, so that waits for the message.
  process.send?.({ type: 'failed', reason } satisfies FromNodeRed, () => process.exit(1));
}

function tell(message: FromNodeRed): void {
  if (process.connected) process.send?.(message);
}
