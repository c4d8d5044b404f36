import { afterEach, beforeEach, expect, test } from 'vitest';
import { closed, Harness, now, payloadOf } from './harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

test('a frame with QoS 1 and one with QoS 0 are in the journal as they came', async () => {
  const client = await h.connect(h.a);
  await client.publishAsync('tocsin/v1/a/up', '{"level":1}', { qos: 1 });
  await client.publishAsync('tocsin/v1/a/up', 'anything, nobody looks', { qos: 0 });
  const [first, second] = await h.entriesOnceThere(2);
  expect(first).toMatchObject({
    kind: 'frame',
    frame: { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'mqtt', receivedAt: now },
  });
  expect(payloadOf(first!)).toBe('{"level":1}');
  expect(payloadOf(second!)).toBe('anything, nobody looks');
});

test('frames of one device keep their order', async () => {
  const client = await h.connect(h.a);
  const numbers = [...Array(300).keys()];
  await Promise.all(numbers.map((n) => client.publishAsync('tocsin/v1/a/up', String(n), { qos: 1 })));
  expect((await h.entries()).map(payloadOf)).toEqual(numbers.map(String));
});

test("whoever has no credential, a wrong one or another device's does not come in", async () => {
  const attempts = [
    { username: undefined, password: undefined },
    { username: 'a', password: undefined },
    { username: 'a', password: 'wrong' },
    { username: 'a', password: h.b.secret },
    { username: 'nobody', password: h.a.secret },
    { username: '__proto__', password: 'x' },
  ];
  for (const attempt of attempts) {
    await expect(h.connect(h.a, attempt)).rejects.toMatchObject({ code: 4 });
  }
  expect(await h.refused('CREDENTIAL_INVALID')).toBe(attempts.length);
  expect(await h.entries()).toEqual([]);
  expect(await h.gateway.isConnected('a')).toBe(false);
});

test.each([
  { what: "on another device's topic", topic: 'tocsin/v1/b/up', options: { qos: 1 }, code: 'TOPIC_FORBIDDEN' },
  { what: 'on its own command topic', topic: 'tocsin/v1/a/down', options: { qos: 1 }, code: 'TOPIC_FORBIDDEN' },
  { what: 'on a system topic', topic: '$SYS/x', options: { qos: 0 }, code: 'TOPIC_FORBIDDEN' },
] as const)('a publication $what is refused, counted and kept, and others go on', async ({ topic, options, code }) => {
  const other = await h.connect(h.b);
  const client = await h.connect(h.a);
  const acknowledged = client.publishAsync(topic, '{"level":2}', options).then(
    () => options.qos > 0,
    () => false,
  );
  await closed(client);
  await client.endAsync(true);
  expect(await acknowledged).toBe(false);
  expect(await h.refused(code)).toBe(1);
  const entries = await h.entriesOnceThere(1);
  expect(entries).toMatchObject([{ kind: 'refused', refusal: { deviceId: 'a', topic, code, via: 'mqtt', size: 11 } }]);
  expect(payloadOf(entries[0]!)).toBe('{"level":2}');
  await other.publishAsync('tocsin/v1/b/up', '{"level":3}', { qos: 1 });
});

test('subscribing to anything but the own command topic fails with code 128 and harms nothing', async () => {
  const client = await h.connect(h.a);
  const topics = ['#', '+/v1/a/down', 'tocsin/v1/b/down', 'tocsin/v1/a/up', '$SYS/#', 'tocsin/v1/a/down'];
  const granted: number[] = [];
  for (const topic of topics) {
    const [grant] = await client.subscribeAsync(topic, { qos: 1 }).catch(() => [{ qos: 128 }]);
    granted.push(grant!.qos);
  }
  expect(granted).toEqual([128, 128, 128, 128, 128, 1]);
  expect(await h.refused('TOPIC_FORBIDDEN')).toBe(5);
  await client.publishAsync('tocsin/v1/a/up', '1', { qos: 1 });
  expect(client.connected).toBe(true);
});

test.each([
  { where: 'its own topic', topic: 'tocsin/v1/a/up' },
  { where: "another device's", topic: 'tocsin/v1/b/up' },
])('a device with a will on $where is taken in; the will is counted and comes to nobody', async ({ topic }) => {
  const will = { topic, payload: Buffer.from('{"level":0}'), qos: 1, retain: true } as const;
  const client = await h.connect(h.a, { will });
  await client.publishAsync('tocsin/v1/a/up', '{"sos":true}', { qos: 1 });
  // Without DISCONNECT.
  client.stream.destroy();
  while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 5));
  const other = await h.connect(h.b);
  await other.publishAsync('tocsin/v1/b/up', '{"level":3}', { qos: 1 });
  expect((await h.entries()).map(payloadOf)).toEqual(['{"sos":true}', '{"level":3}']);
  expect(await h.ignored('will')).toBe(1);
});

test('a message with the retain flag is taken as any other; nothing is retained', async () => {
  const client = await h.connect(h.a);
  for (const qos of [0, 1, 2] as const)
    await client.publishAsync('tocsin/v1/a/up', `qos ${qos}`, { qos, retain: true });
  expect((await h.entries()).map(payloadOf)).toEqual(['qos 0', 'qos 1', 'qos 2']);
  expect(await h.ignored('retain')).toBe(3);
});

test('a device disabled, given another secret or removed is disconnected and stays out; others stay', async () => {
  const a = await h.connect(h.a);
  const b = await h.connect(h.b);
  h.devices = [{ ...h.a, state: 'disabled' }, h.b];
  await Promise.all([closed(a), h.devicesChanged()]);
  expect(await h.gateway.isConnected('a')).toBe(false);
  expect(b.connected).toBe(true);
  await expect(h.connect(h.a)).rejects.toMatchObject({ code: 5 });
  expect(await h.refused('DEVICE_DISABLED')).toBe(1);

  h.devices = [h.a, { ...h.b, secretHash: h.a.secretHash, secretSalt: h.a.secretSalt }];
  await Promise.all([closed(b), h.devicesChanged()]);
  const again = await h.connect(h.a);
  h.devices = [];
  await Promise.all([closed(again), h.devicesChanged()]);
  await expect(h.connect(h.a)).rejects.toMatchObject({ code: 4 });
});

test('a device that could not be read when it was disabled is disconnected when another one changes', async () => {
  const a = await h.connect(h.a);
  h.devices = [{ ...h.a, state: 'disabled' }, h.b];
  h.storeFails = true;
  await expect(h.gateway.devicesChanged(['a'])).rejects.toThrow();
  expect(a.connected).toBe(true);
  h.storeFails = false;
  await Promise.all([closed(a), h.gateway.devicesChanged(['b'])]);
  expect(await h.gateway.isConnected('a')).toBe(false);
});

test("a device cannot take over another one's session, whatever client id it chooses", async () => {
  const a = await h.connect(h.a, { clientId: 'same' });
  const b = await h.connect(h.b, { clientId: 'same' });
  await b.publishAsync('tocsin/v1/b/up', '1', { qos: 1 });
  await a.publishAsync('tocsin/v1/a/up', '1', { qos: 1 });
  const again = await h.connect(h.a, { clientId: 'same' });
  await closed(a);
  await again.publishAsync('tocsin/v1/a/up', '2', { qos: 1 });
  expect(b.connected).toBe(true);
});

test('a device has a bounded number of connections', async () => {
  for (let index = 0; index < 8; index++) await h.connect(h.a, { clientId: `c${index}` });
  await expect(h.connect(h.a, { clientId: 'c8' })).rejects.toMatchObject({ code: 3 });
  await h.connect(h.a, { clientId: 'c3' });
  await h.connect(h.b);
  expect(await Promise.all(['a', 'b'].map((id) => h.gateway.isConnected(id)))).toEqual([true, true]);
  expect(await h.refused('TOO_MANY_CONNECTIONS')).toBe(1);
});

test('of many refusals of one device a few are kept, all are counted', async () => {
  const client = await h.connect(h.a);
  for (let index = 0; index < 12; index++) {
    await client.subscribeAsync(`other/${index}`).catch(() => null);
  }
  await client.publishAsync('tocsin/v1/a/up', 'last', { qos: 1 });
  const entries = await h.entries();
  expect(entries.filter(({ kind }) => kind === 'refused').length).toBe(5);
  expect(await h.refused('TOPIC_FORBIDDEN')).toBe(12);
});

test('MQTT 5 is answered as not served, and the device can tell', async () => {
  await expect(h.connect(h.a, { protocolVersion: 5 })).rejects.toThrow(/protocol version/i);
});

test("the first entry is a tick with the gateway's time", async () => {
  const client = await h.connect(h.a);
  await client.publishAsync('tocsin/v1/a/up', '1', { qos: 1 });
  expect((await h.everything())[0]).toEqual({ kind: 'tick', at: now });
});
