import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../../simulator/certificate.ts';
import { tempDir } from '../support/temp-dir.ts';
import { type Credential, GatewayTown, isRunning, until } from './gateway-town.ts';

const open = { command: 'open', arguments: {} };
// One town for all but the starts that fail: each process takes a second of a core to start.
const town = new GatewayTown();
let clients: MqttClient[] = [];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tocsin-tls-'));
  const tls = await makeCertificate(dir);
  await town.open(12, { tls: { port: 0, ...tls }, ws: { port: 0 }, wss: { port: 0 } });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  await until(async () => (await town.connections()) === 0);
});
afterAll(async () => {
  await town.stop();
  await rm(dir, { recursive: true });
});

test('what devices publish through two processes is all in the one journal, and counted together', async () => {
  expect(town.processes).toHaveLength(2);
  const before = (await town.payloads()).length;
  clients = await Promise.all(town.devices.map((device) => town.connect(device)));
  expect(await town.connections()).toBe(12);
  const sent: string[] = [];
  await Promise.all(
    clients.map(async (client, index) => {
      for (let number = 0; number < 20; number++) {
        const text = `${index}:${number}`;
        await client.publishAsync(`tocsin/v1/d${index}/up`, text, { qos: 1 });
        sent.push(text);
      }
    }),
  );
  expect((await town.payloads()).slice(before).sort()).toEqual(sent.sort());
  const counted = (await town.gateway.metrics()).find(({ name }) => name === 'tocsin_frames_total');
  expect(counted?.values.find(({ labels }) => labels.via === 'mqtt')?.value).toBe(before + 240);
});

test('a command gets to a device wherever it is, and a device that is nowhere is told apart', async () => {
  const listening = town.devices.slice(0, 8);
  const received = new Map<string, string>();
  for (const device of listening) {
    const client = await town.connect(device);
    clients.push(client);
    client.on('message', (_topic, payload) => received.set(device.id, payload.toString()));
    await client.subscribeAsync(`tocsin/v1/${device.id}/down`, { qos: 1 });
  }
  for (const { id } of listening) {
    expect(await town.gateway.isConnected(id)).toBe(true);
    await town.gateway.sendCommand(id, { command: 'show', arguments: { id } });
  }
  await until(() => received.size === 8);
  for (const { id } of listening) expect(received.get(id)).toBe(JSON.stringify({ command: 'show', arguments: { id } }));
  expect(await town.gateway.isConnected('d8')).toBe(false);
  await expect(town.gateway.sendCommand('d8', open)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  await expect(town.gateway.sendCommand('nobody', open)).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
});

test('a client id has one connection over all processes: the newest', async () => {
  // Eight times over two processes: that all come to the same one is next to impossible.
  for (let round = 0; round < 8; round++) clients.push(await town.connect(town.devices[0]!, { clientId: 'same' }));
  await until(
    async () => clients.filter(({ connected }) => connected).length === 1 && (await town.connections()) === 1,
  );
  const last = clients.at(-1)!;
  await last.publishAsync('tocsin/v1/d0/up', 'the last one stays', { qos: 1 });
  expect(last.connected).toBe(true);
});

test('a device that is disabled is cut off wherever it is, and comes in everywhere once it is active again', async () => {
  clients = await Promise.all(town.devices.map((device) => town.connect(device)));
  await town.store.updateTable('device').set({ state: 'disabled' }).execute();
  await town.gateway.devicesChanged(town.devices.map(({ id }) => id));
  await until(() => clients.every(({ connected }) => !connected));
  for (const device of town.devices.slice(0, 6)) {
    await expect(town.connect(device)).rejects.toMatchObject({ code: 5 });
  }
  await town.store.updateTable('device').set({ state: 'active' }).execute();
  await town.gateway.devicesChanged(town.devices.map(({ id }) => id));
  for (const device of town.devices.slice(0, 6)) clients.push(await town.connect(device));
});

test('TLS and WebSocket are shared by the processes too', async () => {
  const before = (await town.payloads()).length;
  for (const way of ['mqtts', 'ws', 'wss']) {
    for (const device of town.devices.slice(0, 4)) {
      const client = await town.connect(device, { rejectUnauthorized: false }, way);
      clients.push(client);
      await client.publishAsync(`tocsin/v1/${device.id}/up`, `${way} ${device.id}`, { qos: 1 });
    }
  }
  expect((await town.payloads()).length - before).toBe(12);
});

test('a process that is killed under load loses nothing that was acknowledged, and is started again', async () => {
  clients = await Promise.all(town.devices.map((device) => town.connect(device, { reconnectPeriod: 50 })));
  const acknowledged: string[] = [];
  let loading = true;
  const load = clients.map(async (client, index) => {
    for (let number = 0; loading; number++) {
      const text = `under load ${index}:${number}`;
      await client.publishAsync(`tocsin/v1/d${index}/up`, text, { qos: 1 });
      acknowledged.push(text);
    }
  });
  await until(() => acknowledged.length > 300);
  const [killed, stays] = town.processes as [number, number];
  process.kill(killed, 'SIGKILL');
  await until(() => town.gateway.troubles().some(({ code }) => code === 'GATEWAY_DOWN'));
  const trouble = town.gateway.troubles().find(({ code }) => code === 'GATEWAY_DOWN');
  expect(trouble).toEqual({ code: 'GATEWAY_DOWN', severity: 'orange', detail: { down: 1, processes: 2 } });
  await until(() => town.gateway.troubles().every(({ code }) => code !== 'GATEWAY_DOWN'));
  await until(async () => (await town.connections()) === 12);
  const then = acknowledged.length;
  await until(() => acknowledged.length > then + 300);
  loading = false;
  await Promise.all(load);
  const kept = new Set(await town.payloads());
  expect(acknowledged.filter((text) => !kept.has(text))).toEqual([]);
  expect(isRunning(stays)).toBe(true);
  expect(town.logged('a gateway process ended (SIGKILL)')).toHaveLength(1);
});

test('a process that is being started hears of devices that are made after it has read those that are there', async () => {
  const isDown = () => town.gateway.troubles().some(({ code }) => code === 'GATEWAY_DOWN');
  const [{ secret }] = town.devices as [Credential];
  const row = await town.store.selectFrom('device').selectAll().where('id', '=', 'd0').executeTakeFirstOrThrow();
  process.kill(town.processes[1]!, 'SIGKILL');
  await until(isDown);
  const made: string[] = [];
  while (isDown()) {
    const id = `late-${made.length}`;
    await town.store
      .insertInto('device')
      .values({ ...row, id })
      .execute();
    await town.gateway.devicesChanged([id]);
    made.push(id);
  }
  // The newest ones were made while it opened its door; four times, since it is one of two that they come in at.
  for (const id of made.slice(-6))
    for (let time = 0; time < 4; time++) clients.push(await town.connect({ id, secret }));
});

test('a port that another program shares stops the start with its name', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen({ port: 0, host: '127.0.0.1', reusePort: true }, resolve));
  const { port } = other.address() as { port: number };
  await expect(GatewayTown.start(1, { port })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
    detail: { setting: 'mqtt.port' },
  });
  other.close();
});

test('a certificate that is not there stops the start', async () => {
  const missing = join(await tempDir(), 'none.pem');
  const tls = { port: 0, cert: missing, key: missing };
  await expect(GatewayTown.start(1, { tls })).rejects.toThrow('none.pem');
});

test('closing ends every process', async () => {
  const running = [
    ...town.processes,
    ...town.logged('a gateway process was started again').map(({ process }) => process as number),
  ];
  expect(running.filter(isRunning)).toHaveLength(2);
  await town.gateway.close();
  expect(running.filter(isRunning)).toEqual([]);
  await expect(town.connect(town.devices[0]!)).rejects.toThrow();
});
