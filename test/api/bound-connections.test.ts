import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

let world: World;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await world.close();
});

/** Whether a connection is kept open until the server answers a request on it. */
async function answered(): Promise<boolean> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
  return await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
}

test('beyond http.maxConnections a connection is closed; there is room again when another has gone', async () => {
  world = await openWorld({ settings: { http: { maxConnections: 3 } } });
  expect([await answered(), await answered(), await answered()]).toEqual([true, true, true]);
  expect([await answered(), await answered()]).toEqual([false, false]);
  expect(world.logged.filter(({ msg }) => String(msg).includes('http.maxConnections'))).toHaveLength(1);
  sockets[0]!.destroy();
  await expect.poll(answered).toBe(true);
});
