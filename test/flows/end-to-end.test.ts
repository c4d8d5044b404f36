import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Alarm, AlarmDetail } from '../../src/api/contract.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

const patient = { timeout: 15_000, interval: 50 };

test('a gauge under water lights the sign of its grid through the whole of Tocsin', async () => {
  const posts: { event: string; signs: unknown }[] = [];
  const webhook = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    posts.push(JSON.parse(text));
    response.end();
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void webhook.close());

  const tocsin = await TocsinProcess.start({
    TOCSIN_FLOWS_ENABLED: 'true',
    // The reading is of an hour ago, so that its end can be told at once; people are called for it all the same.
    TOCSIN_ALARMS_CALL_WITHIN: '1 d',
    TOCSIN_FLOWS_WEBHOOK_URL: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`,
  });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  const [gauge] = await tocsin.makeDevices('flood-gauge', 1);
  const [sign] = await tocsin.makeDevices('road-sign', 1);
  const connect = async (device: { id: string; secret: string }) => {
    const url = `mqtt://127.0.0.1:${tocsin.mqttPort}`;
    const client = await connectAsync(url, { username: device.id, password: device.secret, clientId: device.id });
    onTestFinished(() => client.endAsync(true));
    return client;
  };

  const commands: unknown[] = [];
  const signClient = await connect(sign!);
  signClient.on('message', (_topic, payload) => commands.push(JSON.parse(payload.toString())));
  await signClient.subscribeAsync(`tocsin/v1/${sign!.id}/down`, { qos: 1 });

  const gaugeClient = await connect(gauge!);
  const report = (payload: object) =>
    gaugeClient.publishAsync(`tocsin/v1/${gauge!.id}/up`, JSON.stringify(payload), { qos: 1 });
  const anHourAgo = Date.now() - 3_600_000;
  await report({ time: anHourAgo, level: 30 });
  await vi.waitFor(() => expect(commands).toMatchObject([{ command: 'show' }]), patient);
  await vi.waitFor(() => expect(posts).toMatchObject([{ event: 'raised', signs: { devices: [sign!.id] } }]), patient);

  const alarms = await tocsin.call<Alarm[]>('GET', '/alarms?active=true');
  const flood = alarms.find((alarm) => alarm.ruleId === 'flood-gauge/waterlogging')!;
  await vi.waitFor(async () => {
    const detail = await tocsin.call<AlarmDetail>('GET', `/alarms/${encodeURIComponent(flood.id)}`);
    const noted = detail.case?.steps.find((step) => step.kind === 'noted');
    expect(noted).toMatchObject({ by: { name: expect.stringContaining('Flows') } });
    expect(noted!.note).toContain(sign!.id);
  }, patient);

  // The road falls dry; a quarter of an hour of it ends the alarm.
  const minutes = Array.from({ length: 40 }, (_, minute) => ({ time: anHourAgo + (minute + 1) * 60_000, level: 0 }));
  await report({ samples: minutes });
  await vi.waitFor(() => expect(commands).toMatchObject([{ command: 'show' }, { command: 'clear' }]), patient);
});
