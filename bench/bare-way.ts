import { fdatasync, fdatasyncSync, mkdtempSync, openSync, rmSync, write, writeSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * The way of an alarm with nothing done on it: a message comes over a socket, is made durable, goes to another thread,
 * is made durable there, and an answer goes back. What it takes is the machine's part, in the same hour.
 */
const page = Buffer.alloc(4096, 1);

if (isMainThread) {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bare-way-'));
  process.once('SIGTERM', () => {
    rmSync(dir, { recursive: true });
    process.exit();
  });
  const worker = new Worker(new URL(import.meta.url), { workerData: join(dir, 'second') });
  const file = openSync(join(dir, 'first'), 'w');
  let position = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    worker.on('message', () => socket.write('.'));
    socket.on('data', () => {
      write(file, page, 0, page.length, position, () => fdatasync(file, () => worker.postMessage('')));
      position += page.length;
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
} else {
  const file = openSync(workerData as string, 'w');
  parentPort!.on('message', () => {
    writeSync(file, page);
    fdatasyncSync(file);
    parentPort!.postMessage('');
  });
}
