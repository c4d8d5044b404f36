import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { Places } from '../../src/ingest/places.ts';

const logged: string[] = [];
const log = pino({ base: undefined }, { write: (line) => logged.push(JSON.parse(line).msg) });
let refused = 0;
const places = new Places({ mqtt: { maxConnections: 2 }, refused: () => refused++, log });
const server = createServer((socket) => {
  socket.on('error', () => {});
  places.take(socket);
});
afterAll(() => {
  places.clear();
  server.close();
});

async function arrive(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return socket;
}

test('connections without a place are all counted, and the log has two lines for as many as there are', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const first = await arrive();
  await arrive();
  for (let i = 0; i < 5; i++) await arrive();
  expect(refused).toBe(5);
  expect(logged).toEqual([expect.stringContaining('mqtt.maxConnections is reached')]);
  first.destroy();
  await expect.poll(() => logged.length).toBe(2);
  expect(logged[1]).toContain('room');
  await arrive();
  expect(refused).toBe(5);
  expect(logged).toHaveLength(2);
});
