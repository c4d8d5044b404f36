import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { makeCertificate } from '../../simulator/certificate.ts';
import { freePort } from '../../simulator/free-port.ts';
import { placeIncidents } from '../../simulator/incident.ts';
import { loadScenario } from '../../simulator/scenario.ts';
import { SimulatedTime } from '../../simulator/simulated-time.ts';
import { buildTown } from '../../simulator/town.ts';
import { truthOf } from '../../simulator/truth.ts';

test('a taken port gives way to the next one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const given = new Set<number>();
  const first = await freePort(port, '127.0.0.1', given);
  expect(first).toBeGreaterThan(port);
  expect(await freePort(port, '127.0.0.1', given)).toBeGreaterThan(first);
  server.close();
});

test('the certificate that is made serves TLS for this machine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-certificate-'));
  const files = await makeCertificate(dir);
  const [cert, key] = [readFileSync(files.cert), readFileSync(files.key)];
  expect(statSync(files.key).mode & 0o077).toBe(0);
  const server = createTlsServer({ cert, key }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket: TLSSocket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca: cert });
  await once(socket, 'secureConnect');
  expect(socket.authorized).toBe(true);
  socket.destroy();
  server.close();
  rmSync(dir, { recursive: true });
});

test('simulated time at a speed begins in the past and ends now', () => {
  const now = Date.parse('2026-03-01T00:00:00Z');
  const time = new SimulatedTime(now, 60, 3_600_000);
  expect(time.startedAt).toBe(now - 59 * 60_000);
  const realEnd = now + 60_000;
  expect(time.at(realEnd)).toBe(realEnd);
  expect(time.untilReal(time.startedAt + 600_000, now)).toBe(10_000);
  expect(time.untilReal(time.startedAt - 1, now)).toBe(0);
});

test('at speed 1 it is the time on the wall', () => {
  const time = new SimulatedTime(1_000_000, 1, 3_600_000);
  expect([time.startedAt, time.at(1_005_000)]).toEqual([1_000_000, 1_005_000]);
});

test('the ground truth says what, where, when, and which alarm is due', () => {
  const town = buildTown(200);
  const startedAt = Date.parse('2026-03-01T00:00:00Z');
  const lines = truthOf(placeIncidents(loadScenario('flood'), town, startedAt))
    .trimEnd()
    .split('\n');
  const gauge = town.devices.find(({ type, gridId }) => type === 'flood-gauge' && gridId === town.grids[0]!.id)!;
  expect(JSON.parse(lines[0]!)).toEqual({
    scenario: 'flood',
    incident: 'flood-underpass',
    device: gauge.id,
    grid: 'dukou-1',
    expectRule: 'flood-gauge/waterlogging',
    expectSeverity: 'red',
    from: '2026-03-01T00:05:00.000Z',
    to: '2026-03-01T01:15:00.000Z',
    channels: ['level', 'rain', 'flow'],
  });
  expect(lines).toHaveLength(5);
});

test('an incident without an alarm of its own is in the truth too', () => {
  const incidents = placeIncidents(loadScenario('town'), buildTown(200), 0);
  const lines = truthOf(incidents).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).expectRule)).toContain(null);
});

test('a town without the device that a scenario needs says so', () => {
  expect(() => placeIncidents(loadScenario('elder-fall'), buildTown(12), 0)).toThrow(
    'Scenario elder-fall needs a device of type elder-wristband, and this town has none. Give it more --devices.',
  );
});
