import { afterEach, beforeEach, expect, test } from 'vitest';
import { closed, Harness, payloadOf, someDevice, type TestDevice } from '../harness.ts';
import { RawClient } from '../raw-client.ts';

/** So many a second, so twenty times as many in a row. */
const rate = 10;
const burst = 200;

let h: Harness;
let now: number;
let band: TestDevice;

beforeEach(async () => {
  now = 0;
  h = await Harness.start({ intake: { ratePerDevice: rate, maxPayload: 65_536 }, steady: { now: () => now } });
  band = someDevice('band-1', 'band');
  h.devices = [...h.devices, band];
  await h.devicesChanged();
});
afterEach(() => h.stop());

function flood(client: RawClient, device: TestDevice, count: number, qos: 0 | 1 | 2, payload = '{"level":1}'): void {
  for (let i = 1; i <= count; i++) {
    const messageId = qos > 0 ? { messageId: i } : {};
    client.send({
      cmd: 'publish',
      topic: `tocsin/v1/${device.id}/up`,
      payload,
      qos,
      retain: false,
      dup: false,
      ...messageId,
    });
  }
}

function acknowledged(client: RawClient): number[] {
  return client.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId!] : []));
}

/** Lets time pass until a row is answered: the first second's worth is at once, the rest at twice the rate. */
async function answered(count: number, sofar: () => number): Promise<void> {
  await expect.poll(sofar).toBe(Math.min(rate, count));
  for (let expected = rate; expected < count; ) {
    expected = Math.min(expected + 2 * rate, count);
    now += 1000;
    await expect.poll(sofar).toBe(expected);
  }
}

test('a row of QoS 1 is journaled at once and acknowledged at twice the rate, then at the rate; nobody else waits', async () => {
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  flood(client, h.a, 500, 1);
  // While a hundred answers are missing no more is read of it.
  await h.entriesOnceThere(100);
  await expect.poll(() => acknowledged(client).length).toBe(rate);
  const other = await h.connect(h.b);
  for (let i = 0; i < rate; i++) await other.publishAsync('tocsin/v1/b/up', '{"level":1}', { qos: 1 });
  // After nineteen seconds its bucket is empty.
  await answered(rate + 19 * 2 * rate, () => acknowledged(client).length);
  for (let missing = 500 - rate - 19 * 2 * rate; missing > 0; ) {
    missing -= rate;
    now += 1000;
    await expect.poll(() => acknowledged(client).length).toBe(500 - missing);
  }
  expect(acknowledged(client)).toEqual([...Array(500).keys()].map((i) => i + 1));
  expect(await h.entries()).toHaveLength(500 + rate);
  expect(await h.refused('RATE_LIMITED')).toBe(0);
});

test('a device that keeps to its rate never waits, and one that was slowed is free again', async () => {
  const client = await h.connect(h.a);
  for (let i = 0; i < 500; i++) {
    now += 1000 / rate;
    await client.publishAsync('tocsin/v1/a/up', '{"level":1}', { qos: 1 });
  }
  expect(await h.shed('rate')).toBe(0);
});

test('telemetry of QoS 0 over the limit is shed and counted, and quarantine names the device once a minute', async () => {
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  flood(client, h.a, burst + 100, 0);
  expect(await client.lives()).toBe(true);
  expect(await h.shed('rate')).toBe(100);
  const entries = await h.entriesOnceThere(burst + 1);
  expect(entries.filter(({ kind }) => kind === 'frame')).toHaveLength(burst);
  expect(entries.filter(({ kind }) => kind === 'refused')).toMatchObject([
    { refusal: { deviceId: 'a', code: 'RATE_LIMITED', reason: expect.stringContaining('10 messages a second') } },
  ]);
  now += 60_000;
  flood(client, h.a, burst + 100, 0);
  expect(await client.lives()).toBe(true);
  const later = await h.entriesOnceThere(2 * burst + 2);
  expect(later.filter(({ kind }) => kind === 'refused')).toHaveLength(2);
});

test('what may be of life safety is never shed: every frame is in the journal at once, QoS 0 too', async () => {
  const client = await RawClient.signIn(h.gateway.ports.mqtt, band);
  flood(client, band, burst, 0, '{"level":1}');
  flood(client, band, 50, 0, '{"level":1}');
  flood(client, band, 30, 0, '{"sos":true}');
  const entries = await h.entriesOnceThere(burst + 31);
  expect(entries.filter((entry) => payloadOf(entry) === '{"sos":true}')).toHaveLength(30);
  expect(await h.shed('rate')).toBe(50);
  // Its socket is slowed, it stays connected.
  now += 10_000;
  expect(await client.lives()).toBe(true);
});

test('coming back does not give a new limit, and several connections share one', async () => {
  const first = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  flood(first, h.a, burst, 0);
  expect(await first.lives()).toBe(true);
  first.socket.destroy();
  const second = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  flood(second, h.a, 5, 1);
  await h.entriesOnceThere(burst + 5);
  expect(await second.lives()).toBe(true);
  expect(acknowledged(second)).toHaveLength(0);
  now += 1000;
  await expect.poll(() => acknowledged(second).length).toBe(5);
});

test('a large frame counts once for each kilobyte', async () => {
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  const payload = JSON.stringify({ level: 1, pad: 'x'.repeat(20_000) });
  flood(client, h.a, 11, 1, payload);
  await h.entriesOnceThere(11);
  // Each takes the row more than its first second's worth.
  now += 9_500;
  await expect.poll(() => acknowledged(client).length).toBe(10);
});

test('a flood of QoS 2 is slowed in the same way, and journaled once', async () => {
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  flood(client, h.a, burst + 20, 2);
  const received = () => client.received.filter(({ cmd }) => cmd === 'pubrec').length;
  await answered(burst + 20, received);
  expect(await h.entries()).toHaveLength(burst + 20);
});

test('with 4 MB waiting the connection ends instead; what was acknowledged is there, life safety whether or not', async () => {
  const payload = JSON.stringify({ level: 1, pad: 'x'.repeat(60_000) });
  const clients: RawClient[] = [];
  for (let i = 0; i < 3; i++) {
    const clientId = `band ${i}`;
    clients.push(await RawClient.signIn(h.gateway.ports.mqtt, band, { clientId }));
  }
  for (const client of clients) flood(client, band, 40, 1, payload);
  await Promise.race(clients.map((client) => client.closed));
  expect(await h.refused('RATE_LIMITED')).toBeGreaterThan(0);
  // The device comes back with the one message that matters.
  const again = await RawClient.signIn(h.gateway.ports.mqtt, band, { clientId: 'again' });
  flood(again, band, 1, 1, '{"sos":true}');
  await expect
    .poll(async () => (await h.entries()).filter((entry) => payloadOf(entry) === '{"sos":true}').length)
    .toBe(1);
});

test('over HTTP a device is told when to come back, unless lives may hang on it', async () => {
  const send = (payload: string) =>
    h.gateway.acceptHttp({ deviceId: band.id, secret: band.secret, payload: Buffer.from(payload) });
  for (let i = 0; i < burst; i++) await send('{"level":1}');
  await expect(send('{"level":1}')).rejects.toMatchObject({ code: 'RATE_LIMITED', detail: { retryAfterS: 1 } });
  expect(await send('{"sos":true}')).toEqual({ samples: 1, problems: [] });
  now += 1000;
  expect(await send('{"level":1}')).toEqual({ samples: 1, problems: [] });
  expect(await h.refused('RATE_LIMITED')).toBe(1);
});

test('off means off', async () => {
  await h.stop();
  h = await Harness.start({ intake: { ratePerDevice: 'off' }, steady: { now: () => now } });
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  flood(client, h.a, 5000, 1);
  await expect.poll(() => acknowledged(client).length, { timeout: 10_000 }).toBe(5000);
});

test('by default a device may send 100 a second, and 2,000 in a row', async () => {
  await h.stop();
  h = await Harness.start({ steady: { now: () => now } });
  const client = await h.connect(h.a);
  for (let i = 0; i < 2000; i++) client.publish('tocsin/v1/a/up', '{"level":1}', { qos: 0 });
  client.publish('tocsin/v1/a/up', '{"level":1}', { qos: 0 });
  const gone = closed(client);
  await client.endAsync();
  await gone;
  expect(await h.shed('rate')).toBe(1);
});
