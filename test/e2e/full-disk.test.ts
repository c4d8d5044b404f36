import { spawnSync } from 'node:child_process';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alarm } from '../../src/api/contract.ts';
import { dataFiles } from '../../src/settings/data-files.ts';
import { getCheckpoint } from '../../src/store/checkpoint.ts';
import { openStore } from '../../src/store/open.ts';
import { readJournal } from '../crash/ledger.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

let tocsin: TocsinProcess;
let gauges: { id: string; secret: string }[];
const clients: MqttClient[] = [];

beforeEach(async () => {
  tocsin = await TocsinProcess.start();
  await tocsin.makeAreas();
  gauges = await tocsin.makeDevices('flood-gauge', 4);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await tocsin.remove();
});

test('while nothing can be written everyone waits on their connection; then everything goes on and nothing is lost', async () => {
  const acknowledged: string[] = [];
  // Each frame of its own millisecond: a value that is not newer than the last one is not judged.
  const began = Date.now() - 60_000;
  let closed = 0;
  let sent = 0;
  const connections = await Promise.all(gauges.map(connect));
  for (const client of connections) client.on('close', () => closed++);
  const publish = (device: number, level: number) => {
    const payload = JSON.stringify({ time: began + sent, level });
    sent++;
    connections[device]!.publish(`tocsin/v1/${gauges[device]!.id}/up`, payload, { qos: 1 }, (error) => {
      if (!error) acknowledged.push(payload);
    });
  };
  for (let round = 0; round < 10; round++) for (const device of gauges.keys()) publish(device, 3);
  await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBe(40);

  // No file may grow, as on a full disk.
  limitFiles('1');
  for (let round = 0; round < 5; round++) for (const device of gauges.keys()) publish(device, 3);
  // Twice: one reading alone may be a splash.
  publish(0, 40);
  publish(0, 41);
  await expect.poll(troubles, { timeout: 10_000 }).toEqual(expect.arrayContaining(['JOURNAL_UNAVAILABLE']));
  expect(acknowledged.length).toBe(40);
  expect(closed).toBe(0);

  limitFiles('unlimited');
  await expect.poll(() => acknowledged.length, { timeout: 15_000 }).toBe(sent);
  expect(closed).toBe(0);
  // The engine's commits go on too.
  await expect
    .poll(() => tocsin.call<Alarm[]>('GET', `/alarms?device=${gauges[0]!.id}`), { timeout: 15_000 })
    .toMatchObject([{ ruleId: 'flood-gauge/waterlogging', severity: 'red' }]);
  await expect
    .poll(async () => (await troubles()).filter((code) => code.startsWith('JOURNAL')), { timeout: 15_000 })
    .toEqual([]);
  publish(1, 3);
  await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBe(sent);

  await tocsin.stop();
  const store = await openStore(dataFiles(tocsin).store);
  const end = await getCheckpoint(store, 'rules', 0);
  await store.destroy();
  const stored = (await readJournal(tocsin.dataDir, end)).flatMap(({ entry }) =>
    entry.kind === 'frame' && gauges.some(({ id }) => id === entry.frame.deviceId)
      ? [Buffer.from(entry.frame.payload).toString()]
      : [],
  );
  expect(stored.sort()).toEqual(acknowledged.sort());
}, 240_000);

async function connect({ id, secret }: { id: string; secret: string }): Promise<MqttClient> {
  const url = `mqtt://127.0.0.1:${tocsin.mqttPort}`;
  const client = await mqtt.connectAsync(url, { username: id, password: secret, reconnectPeriod: 0 });
  clients.push(client);
  return client;
}

async function troubles(): Promise<string[]> {
  const system = await tocsin.call<{ troubles: { code: string }[] }>('GET', '/system');
  return system.troubles.map(({ code }) => code);
}

/** Sets how large a file the process may write: what goes beyond fails with EFBIG, at once and for root too. */
function limitFiles(bytes: string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(tocsin.pid), `--fsize=${bytes}:`]);
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
