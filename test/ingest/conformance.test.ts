import { afterEach, beforeEach, expect, test } from 'vitest';
import { Harness, payloadOf } from './harness.ts';
import { bytesOf, connectOf, publishOf, RawClient } from './raw-client.ts';

/**
 * The behaviours that the public interoperability tests for MQTT 3.1.1 ask of a broker, as far as a device may do them:
 * it publishes on its own topic, it listens on its command topic, and what it hears are commands.
 */
let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

const port = () => h.gateway.ports.mqtt;
const down = 'tocsin/v1/a/down';

/** Sends a command named by its number. */
const command = (number: number) => h.gateway.sendCommand('a', { command: String(number), arguments: {} });
const numberOf = ({ payload }: { payload: string | Buffer }) => Number(JSON.parse(payload.toString()).command);

async function subscribe(client: RawClient, qos: 0 | 1 | 2, topic = down): Promise<unknown> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] });
  return (await client.next('suback')).granted[0];
}

/** Leaves without a word, and waits until the broker knows. */
async function leave(client: RawClient): Promise<void> {
  await client.cut();
  while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('basic: messages of QoS 0, 1 and 2 are taken; DISCONNECT closes, and the device may come again', async () => {
  for (let time = 0; time < 2; time++) {
    const client = await RawClient.signIn(port(), h.a);
    client.send(publishOf(h.a, 'qos 0'));
    client.send(publishOf(h.a, 'qos 1', { qos: 1, messageId: 1 }));
    client.send(publishOf(h.a, 'qos 2', { qos: 2, messageId: 2 }));
    expect((await client.next('puback')).messageId).toBe(1);
    expect((await client.next('pubrec')).messageId).toBe(2);
    client.send({ cmd: 'pubrel', messageId: 2 });
    expect((await client.next('pubcomp')).messageId).toBe(2);
    client.send({ cmd: 'disconnect' });
    await client.closed;
  }
  expect((await h.entries()).map(payloadOf)).toEqual(Array(2).fill(['qos 0', 'qos 1', 'qos 2']).flat());
});

test.each([0, 1, 2] as const)('basic: a device that subscribes with QoS %i is sent commands with it', async (qos) => {
  const client = await RawClient.signIn(port(), h.a);
  expect(await subscribe(client, qos)).toBe(qos);
  await command(1);
  const published = await client.next('publish');
  expect(published).toMatchObject({ topic: down, qos, dup: false, retain: false });
  if (qos === 0) return;
  const { messageId } = published;
  expect(messageId).toBeGreaterThan(0);
  if (qos === 1) {
    client.send({ cmd: 'puback', messageId });
  } else {
    client.send({ cmd: 'pubrec', messageId });
    expect((await client.next('pubrel')).messageId).toBe(messageId);
    client.send({ cmd: 'pubcomp', messageId });
  }
  expect(await client.lives()).toBe(true);
  expect(client.received).toEqual([]);
});

test('basic: a second CONNECT on one connection ends it', async () => {
  const client = await RawClient.signIn(port(), h.a);
  client.send(connectOf(h.a));
  await client.closed;
  expect(client.received).toEqual([]);
});

test('basic: another protocol name ends the connection', async () => {
  const client = await RawClient.open(port());
  const connect = connectOf(h.a);
  const bytes = bytesOf(connect);
  bytes.write('mqtt', 4);
  client.send(bytes);
  await client.closed;
  expect(client.received).toEqual([]);
});

test('retained: such a message is taken, and nobody who subscribes later is sent it', async () => {
  const client = await RawClient.signIn(port(), h.a);
  client.send(publishOf(h.a, 'kept?', { qos: 1, messageId: 1, retain: true }));
  await client.next('puback');
  await subscribe(client, 2);
  expect(await client.lives()).toBe(true);
  expect(client.received).toEqual([]);
});

test.each([1, 2] as const)(
  'offline queue: what was sent meanwhile waits in a kept session, in order, QoS %i',
  async (qos) => {
    const first = await RawClient.signIn(port(), h.a, { clean: false });
    await subscribe(first, qos);
    first.send({ cmd: 'disconnect' });
    await first.closed;
    while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let number = 0; number < 20; number++) await command(number);
    const again = await RawClient.signIn(port(), h.a, { clean: false });
    for (let number = 0; number < 20; number++) {
      const published = await again.next('publish');
      expect(numberOf(published)).toBe(number);
      expect(published).toMatchObject({ qos, dup: false });
    }
  },
);

test('offline queue: with QoS 0 or a clean session nothing waits', async () => {
  for (const [clean, qos] of [
    [false, 0],
    [true, 2],
  ] as const) {
    const first = await RawClient.signIn(port(), h.a, { clean });
    await subscribe(first, qos);
    await leave(first);
    await expect(command(1)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  }
});

test('overlapping subscriptions: only the own topic is granted, with the QoS asked for last, and a command comes once', async () => {
  const client = await RawClient.signIn(port(), h.a);
  const topics = [`${down}/#`, 'tocsin/+/a/down', down];
  client.send({ cmd: 'subscribe', messageId: 5, subscriptions: topics.map((topic) => ({ topic, qos: 2 })) });
  expect((await client.next('suback')).granted).toEqual([128, 128, 2]);
  expect(await subscribe(client, 1)).toBe(1);
  await command(1);
  expect((await client.next('publish')).qos).toBe(1);
  expect(await client.lives()).toBe(true);
  expect(client.received).toEqual([]);
});

test.each([
  { how: 'nothing', meanwhile: () => {} },
  { how: 'half a packet', meanwhile: (client: RawClient) => client.send(Buffer.from([0x30, 0x50, 0x00])) },
])('keepalive: a device that sends $how for one and a half times as long is gone', async ({ meanwhile }) => {
  const client = await RawClient.signIn(port(), h.a, { keepalive: 1 });
  const since = performance.now();
  meanwhile(client);
  await client.closed;
  expect(performance.now() - since).toBeGreaterThan(1400);
});

test('keepalive: a device that pings stays', async () => {
  const client = await RawClient.signIn(port(), h.a, { keepalive: 1 });
  for (let time = 0; time < 4; time++) {
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await client.lives()).toBe(true);
  }
});

test.each([1, 2] as const)(
  'redelivery: what was not acknowledged comes again with DUP and its id, in order, QoS %i',
  async (qos) => {
    const first = await RawClient.signIn(port(), h.a, { clean: false });
    await subscribe(first, qos);
    for (let number = 0; number < 5; number++) await command(number);
    const sent = [];
    for (let number = 0; number < 5; number++) sent.push(await first.next('publish'));
    // The first is acknowledged; the last comes while the device is away.
    if (qos === 1) first.send({ cmd: 'puback', messageId: sent[0]!.messageId! });
    else {
      first.send({ cmd: 'pubrec', messageId: sent[0]!.messageId! });
      await first.next('pubrel');
      first.send({ cmd: 'pubcomp', messageId: sent[0]!.messageId! });
    }
    await first.lives();
    await leave(first);
    await command(5);

    const again = await RawClient.open(port());
    again.send(connectOf(h.a, { clean: false }));
    expect(await again.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: true });
    for (let number = 1; number < 5; number++) {
      const published = await again.next('publish');
      expect(numberOf(published)).toBe(number);
      expect(published).toMatchObject({ qos, dup: true, messageId: sent[number]!.messageId });
    }
    const last = await again.next('publish');
    expect(numberOf(last)).toBe(5);
    expect(last.dup).toBe(false);
  },
);

test('redelivery: of a command of QoS 2 that the device has received only the release is repeated', async () => {
  const first = await RawClient.signIn(port(), h.a, { clean: false });
  await subscribe(first, 2);
  await command(1);
  const { messageId } = await first.next('publish');
  first.send({ cmd: 'pubrec', messageId });
  await first.next('pubrel');
  await leave(first);
  for (let time = 0; time < 2; time++) {
    const again = await RawClient.signIn(port(), h.a, { clean: false });
    expect((await again.next('pubrel')).messageId).toBe(messageId);
    if (time === 1) again.send({ cmd: 'pubcomp', messageId });
    expect(await again.lives()).toBe(true);
    expect(again.received).toEqual([]);
    await leave(again);
  }
  const last = await RawClient.signIn(port(), h.a, { clean: false });
  expect(await last.lives()).toBe(true);
  expect(last.received).toEqual([]);
});

test('zero-length client id: taken with a clean session, refused with code 2 and closed without', async () => {
  const client = await RawClient.open(port());
  // The library makes no such packet: one with a clean session, and the flag for it taken out.
  const connect = bytesOf(connectOf(h.a, { clientId: '' }));
  connect[9]! &= ~0x02;
  client.send(connect);
  expect(await client.next('connack')).toMatchObject({ returnCode: 2, sessionPresent: false });
  await client.closed;
  await RawClient.signIn(port(), h.a, { clientId: '', clean: true });
  const other = await RawClient.signIn(port(), h.a, { clientId: '', clean: true });
  expect(await other.lives()).toBe(true);
});

test('subscribe failure: code 128, and the connection stays', async () => {
  const client = await RawClient.signIn(port(), h.a);
  expect(await subscribe(client, 2, 'nosubscribe')).toBe(128);
  expect(await client.lives()).toBe(true);
});

test('$ topics: neither published on nor subscribed to', async () => {
  const client = await RawClient.signIn(port(), h.a);
  for (const topic of ['$SYS/#', '#', '+/#']) expect(await subscribe(client, 0, topic)).toBe(128);
  expect(await client.lives()).toBe(true);
  expect(client.received).toEqual([]);
  client.send(publishOf(h.a, 'x', { topic: '$SYS/x', qos: 1, messageId: 1 }));
  await client.closed;
  expect(client.received).toEqual([]);
});

test('unsubscribe: no command comes any more, not even one that waits', async () => {
  const client = await RawClient.signIn(port(), h.a, { clean: false });
  await subscribe(client, 1);
  await command(1);
  const { messageId } = await client.next('publish');
  client.send({ cmd: 'puback', messageId });
  client.send({ cmd: 'unsubscribe', messageId: 77, unsubscriptions: [down] });
  expect((await client.next('unsuback')).messageId).toBe(77);
  await expect(command(2)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  await leave(client);
  const again = await RawClient.signIn(port(), h.a, { clean: false });
  expect(await again.lives()).toBe(true);
  expect(again.received).toEqual([]);
});

test('session present: told for a kept session, with subscriptions or none, and not after a clean one', async () => {
  const present: boolean[] = [];
  for (const clean of [false, false, true, false, false]) {
    const client = await RawClient.open(port());
    client.send(connectOf(h.a, { clean }));
    present.push((await client.next('connack')).sessionPresent);
    expect(await client.lives()).toBe(true);
    await leave(client);
  }
  expect(present).toEqual([false, true, false, false, true]);
  expect(await h.refused('TOPIC_FORBIDDEN')).toBe(0);
});

test('a refused subscription is not remembered in the session', async () => {
  const first = await RawClient.signIn(port(), h.a, { clean: false });
  first.send({ cmd: 'subscribe', messageId: 5, subscriptions: [down, 'other'].map((topic) => ({ topic, qos: 1 })) });
  expect((await first.next('suback')).granted).toEqual([1, 128]);
  await leave(first);
  await RawClient.signIn(port(), h.a, { clean: false });
  expect(await h.refused('TOPIC_FORBIDDEN')).toBe(1);
});

test('commands sent while the device is coming back arrive once each, in order', async () => {
  const options = { clean: false };
  let client = await RawClient.signIn(port(), h.a, options);
  await subscribe(client, 2);
  for (let round = 0; round < 20; round++) {
    await leave(client);
    await command(0);
    client = await RawClient.open(port());
    client.send(connectOf(h.a, options));
    // On the way at every stage of the sign-in.
    for (let number = 1; number < 6; number++) {
      await command(number);
      for (let turn = 0; turn < round % 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    const numbers: number[] = [];
    for (let number = 0; number < 6; number++) {
      const published = await client.next('publish');
      numbers.push(numberOf(published));
      client.send({ cmd: 'pubrec', messageId: published.messageId! });
      await client.next('pubrel');
      client.send({ cmd: 'pubcomp', messageId: published.messageId! });
    }
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await client.lives()).toBe(true);
    expect(client.received.filter(({ cmd }) => cmd === 'publish')).toEqual([]);
  }
});
