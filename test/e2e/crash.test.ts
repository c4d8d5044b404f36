import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { dataFiles } from '../../src/settings/data-files.ts';
import { openStore } from '../../src/store/open.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';
import { readJournal, storedLedger, uninterruptedLedger } from './ledger.ts';

const deviceCount = 40;
const perSecond = 2_000;
const rounds = 3;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** An endpoint that remembers the keys of what it was told. */
async function webhookReceiver(): Promise<{ url: string; keys: string[]; events: string[] }> {
  const keys: string[] = [];
  const events: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      const { event, alarm } = JSON.parse(body) as { event: string; alarm: { id: string } };
      keys.push(String(request.headers['idempotency-key']));
      events.push(`${event} ${alarm.id}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, keys, events };
}

/** Every fourth device is flooded for an hour of its own time, again and again; the others stay dry. */
const levelAt = (step: number, device: number) => (device % 4 === 0 && (step + device * 7) % 60 >= 30 ? 33 : 3);
const stepMs = 120_000;
const deviceTime = (began: number, step: number) => began + step * stepMs;

test('kill -9 under load: every acknowledged reading is kept, alarms are neither lost nor doubled', async () => {
  const receiver = await webhookReceiver();
  const tocsin = await TocsinProcess.start({
    TOCSIN_NOTIFY_WEBHOOK_URL: receiver.url,
    TOCSIN_RULES_CHECKPOINT_EVERY: '1 s',
  });
  endings.push(() => tocsin.remove());
  await tocsin.makeAreas();
  const devices = await tocsin.makeDevices('flood-gauge', deviceCount);
  const clients = devices.map(({ id, secret }) =>
    mqtt.connect(`mqtt://127.0.0.1:${tocsin.mqttPort}`, {
      clientId: id,
      username: id,
      password: secret,
      reconnectPeriod: 100,
      clean: true,
    }),
  );
  endings.push(() => Promise.all(clients.map((client) => client.endAsync(true))));
  for (const client of clients) client.on('error', () => {});
  await Promise.all(clients.map((client) => connected(client)));

  // Device clocks are days behind, and each sample is two minutes after the one before: floods come and go in seconds.
  const began = Date.now() - 20 * 86_400_000;
  const acked: Set<number>[] = devices.map(() => new Set());
  const next = devices.map(() => 0);
  const send = (d: number) => {
    const step = next[d]!++;
    const payload = JSON.stringify({ time: deviceTime(began, step), level: levelAt(step, d) });
    clients[d]!.publish(`tocsin/v1/${devices[d]!.id}/up`, payload, { qos: 1 }, (error) => {
      if (!error) acked[d]!.add(step);
    });
  };
  let turn = 0;
  const load = setInterval(() => {
    for (let i = 0; i < perSecond / 100; i++) send(turn++ % deviceCount);
  }, 10);
  endings.push(() => clearInterval(load));

  for (let round = 0; round < rounds; round++) {
    await sleep(1_000 + Math.random() * 1_500);
    await tocsin.kill();
    await tocsin.run();
    await Promise.all(clients.map((client) => connected(client)));
  }
  await sleep(1_000);
  clearInterval(load);
  await settled(tocsin);
  await tocsin.stop();

  const telemetry = createEmbeddedTelemetry(dataFiles(tocsin).telemetry);
  let checked = 0;
  for (const [d, device] of devices.entries()) {
    const to = deviceTime(began, next[d]!);
    const kept = await telemetry.range({ deviceId: device.id, channel: 'level', from: began, to, stepMs: 1 });
    const byTime = new Map(kept.map((bucket) => [bucket.at, bucket]));
    for (const step of acked[d]!) {
      expect(byTime.get(deviceTime(began, step)), `${device.id} step ${step}`).toMatchObject({
        mean: levelAt(step, d),
        count: 1,
      });
      checked++;
    }
  }
  await telemetry.close();
  expect(checked).toBeGreaterThan(perSecond);

  const store = await openStore(dataFiles(tocsin).store);
  endings.push(() => store.destroy());
  const { offset } = await store
    .selectFrom('checkpoint')
    .select('offset')
    .where('consumer', '=', 'rules')
    .executeTakeFirstOrThrow();
  const rows = await store.selectFrom('device').selectAll().execute();
  const expected = uninterruptedLedger(await readJournal(tocsin.dataDir, offset), rows);
  expect(expected.length).toBeGreaterThan(deviceCount / 4);
  expect(await storedLedger(store)).toEqual(expected);

  // One key a transition, so that a receiver can drop what comes again after a crash; none is missing.
  const transitions = expected.flatMap(({ id, changes }) => changes.map((change) => `${change.split(' ')[0]} ${id}`));
  expect(new Set(receiver.events)).toEqual(new Set(transitions));
  expect(new Set(receiver.keys).size).toBe(transitions.length);
  const cases = await store.selectFrom('workCase').select('alarmId').execute();
  expect(cases.map((row) => row.alarmId).sort()).toEqual(expected.map(({ id }) => id));
}, 120_000);

function connected(client: MqttClient): Promise<void> {
  return client.connected ? Promise.resolve() : new Promise((resolve) => client.once('connect', () => resolve()));
}

/** Waits until both consumers have read everything and every notification is out. */
async function settled(tocsin: TocsinProcess): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const { tocsin_engine_lag_entries: judged, tocsin_telemetry_lag_entries: kept } = await tocsin.metrics();
    if (judged! < 5 && kept! < 5 && (await waitingNotifications(tocsin)) === 0) return;
    await sleep(100);
  }
  throw new Error(`it did not catch up; its log says:\n${tocsin.log}`);
}

async function waitingNotifications(tocsin: TocsinProcess): Promise<number> {
  const store = await openStore(dataFiles(tocsin).store);
  const rows = await store.selectFrom('outbox').select('id').where('state', '!=', 'delivered').execute();
  await store.destroy();
  return rows.length;
}
