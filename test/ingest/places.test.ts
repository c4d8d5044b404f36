import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LimitMetrics } from '../../src/ingest/limits/metrics.ts';
import { Places } from '../../src/ingest/places.ts';

const generous = {
  maxConnections: 1000,
  maxConnectionsPerAddress: 1000,
  connectionRate: 1000,
  connectionRatePerAddress: 1000,
};

let logged: string[];
let refused: number;
let now: number;
let registry: Registry;
let places: Places;
let server: Server;
let served: Socket[];
const sockets: Socket[] = [];

beforeEach(() => {
  logged = [];
  refused = 0;
  now = 1000;
  served = [];
  registry = new Registry();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  places.clear();
  server.close();
});

/** @param address where connections say they come from; from this machine when left out */
async function start(mqtt: Partial<typeof generous>, address?: () => string): Promise<void> {
  places = new Places({
    mqtt: { ...generous, ...mqtt },
    refused: () => refused++,
    limitMetrics: new LimitMetrics(registry),
    steady: { now: () => now },
    log: pino({ base: undefined }, { write: (line) => logged.push(JSON.parse(line).msg) }),
  });
  server = createServer((socket) => {
    socket.on('error', () => {});
    if (address) Object.defineProperty(socket, 'remoteAddress', { value: address() });
    places.take(socket, () => served.push(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

async function arrive(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return socket;
}

async function value(name: string): Promise<number> {
  const metric = (await registry.getMetricsAsJSON()).find((one) => one.name === name);
  return (metric?.values ?? []).reduce((sum, one) => sum + Number(one.value), 0);
}

test('connections without a place are all counted, and the log has two lines for as many as there are', async () => {
  await start({ maxConnections: 2 });
  const first = await arrive();
  await arrive();
  for (let i = 0; i < 5; i++) await arrive();
  expect(refused).toBe(5);
  expect(served).toHaveLength(2);
  expect(logged).toEqual([expect.stringContaining('mqtt.maxConnections is reached')]);
  first.destroy();
  await expect.poll(() => logged.length).toBe(2);
  expect(logged[1]).toContain('room');
  await arrive();
  expect(refused).toBe(5);
  expect(logged).toHaveLength(2);
});

test('one address has its own bound, and the others come in', async () => {
  let from = '203.0.113.7';
  await start({ maxConnectionsPerAddress: 3 }, () => from);
  const first = await arrive();
  for (let i = 0; i < 5; i++) await arrive();
  expect(served).toHaveLength(3);
  expect(refused).toBe(3);
  expect(logged).toEqual([expect.stringContaining('mqtt.maxConnectionsPerAddress')]);
  from = '203.0.113.8';
  await arrive();
  expect(served).toHaveLength(4);
  from = '203.0.113.7';
  first.destroy();
  await expect.poll(() => served[0]!.destroyed).toBe(true);
  await arrive();
  expect(served).toHaveLength(5);
});

test('this machine has no bound of its own: a proxy there stands for many', async () => {
  await start({ maxConnectionsPerAddress: 1, connectionRatePerAddress: 1 });
  for (let i = 0; i < 5; i++) await arrive();
  expect(served).toHaveLength(5);
  expect(refused).toBe(0);
});

test('connections that come too fast wait for their turn and none is refused', async () => {
  await start({ connectionRate: 5 });
  for (let i = 0; i < 12; i++) await arrive();
  expect(served).toHaveLength(5);
  expect(await value('tocsin_connections_waiting')).toBe(7);
  now += 210;
  await expect.poll(() => served.length).toBe(6);
  now += 1000;
  await expect.poll(() => served.length).toBe(11);
  now += 1000;
  await expect.poll(() => served.length).toBe(12);
  expect(await value('tocsin_connections_waiting')).toBe(0);
  expect(await value('tocsin_connections_delayed_total')).toBe(7);
  expect(refused).toBe(0);
});

test('who has gone before its turn is not served, and its end harms nothing', async () => {
  await start({ connectionRate: 1 });
  await arrive();
  const impatient = await arrive();
  impatient.resetAndDestroy();
  await arrive();
  now += 2500;
  await expect.poll(() => served.length).toBeGreaterThanOrEqual(2);
  expect(await value('tocsin_connections_waiting')).toBe(0);
});

test('an address in a hurry waits alone: another one is served at once', async () => {
  let from = '203.0.113.7';
  await start({ connectionRate: 10, connectionRatePerAddress: 2 }, () => from);
  for (let i = 0; i < 9; i++) await arrive();
  expect(served).toHaveLength(2);
  from = '203.0.113.8';
  await arrive();
  expect(served).toHaveLength(3);
  now += 4000;
  await expect.poll(() => served.length).toBe(10);
});

test('an address whose turn is half a minute away is told to come again', async () => {
  await start({ connectionRatePerAddress: 1 }, () => '203.0.113.7');
  for (let i = 0; i < 33; i++) await arrive();
  expect(served).toHaveLength(1);
  expect(refused).toBe(2);
});
