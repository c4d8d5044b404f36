import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alarm } from '../../src/api/contract.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

let tocsin: TocsinProcess;
let devices: { id: string; secret: string }[];

beforeAll(async () => {
  tocsin = await TocsinProcess.start({ TOCSIN_MQTT_PROCESSES: '2' });
  await tocsin.makeAreas();
  devices = await tocsin.makeDevices('flood-gauge', 4);
});
afterAll(() => tocsin.remove());

/** Gateway processes, of every start so far. */
function gateways(): number[] {
  const lines = tocsin.log.split('\n').filter((line) => line.includes('devices come in at several processes'));
  return lines.flatMap((line) => (JSON.parse(line) as { processes: number[] }).processes);
}

/** One that has ended and waits for the machine's first process to take note of it (`Z`) runs no more. */
function runs(pid: number): boolean {
  try {
    const [, state] = /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
    return state !== 'Z';
  } catch {
    return false;
  }
}

async function publish({ id, secret }: { id: string; secret: string }, message: string): Promise<void> {
  const client = await mqtt.connectAsync({ host: '127.0.0.1', port: tocsin.mqttPort, username: id, password: secret });
  await client.publishAsync(`tocsin/v1/${id}/up`, message, { qos: 1 });
  await client.endAsync();
}

async function alarmsOnceThere(count: number): Promise<Alarm[]> {
  for (;;) {
    const alarms = await tocsin.call<Alarm[]>('GET', '/alarms');
    if (alarms.length >= count) return alarms;
    await sleep(50);
  }
}

test('readings from every gateway process raise alarms', async () => {
  for (const device of devices) await publish(device, '{"level":40}');
  const alarms = await alarmsOnceThere(4);
  expect(new Set(alarms.map(({ deviceId }) => deviceId))).toEqual(new Set(devices.map(({ id }) => id)));
  const metrics = await tocsin.metrics();
  expect(metrics['tocsin_frames_total{via="mqtt"}']).toBeGreaterThanOrEqual(4);
});

test('gateway processes end with a main process that is killed, and it starts again on the same ports', async () => {
  const first = gateways();
  expect(first.map(runs)).toEqual([true, true]);
  await tocsin.kill();
  await tocsin.run();
  expect(first.map(runs)).toEqual([false, false]);
  const second = gateways().slice(2);
  expect(second.map(runs)).toEqual([true, true]);
  expect(await alarmsOnceThere(4)).toHaveLength(4);
  await publish(devices[0]!, '{"level":41}');
  await tocsin.stop();
  expect(second.map(runs)).toEqual([false, false]);
});
