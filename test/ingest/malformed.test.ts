import { afterEach, beforeEach, expect, test } from 'vitest';
import { Harness, payloadOf } from './harness.ts';
import { bytesOf, connectOf, publishOf, RawClient } from './raw-client.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({ timeouts: { connect: 300 } });
});
afterEach(() => h.stop());

const port = () => h.gateway.ports.mqtt;
const subscribe: Parameters<typeof bytesOf>[0] = {
  cmd: 'subscribe',
  messageId: 1,
  subscriptions: [{ topic: 'tocsin/v1/a/down', qos: 1 }],
};

/** A packet with some of its bytes replaced. */
function changed(packet: Parameters<typeof bytesOf>[0], at: number, ...bytes: number[]): Buffer {
  const buffer = bytesOf(packet);
  buffer.set(bytes, at);
  return buffer;
}

/** A packet of less than 126 bytes that announces two more, and has them. */
function longer(packet: Parameters<typeof bytesOf>[0]): Buffer {
  const buffer = bytesOf(packet);
  buffer[1]! += 2;
  return Buffer.concat([buffer, Buffer.alloc(2)]);
}

test.each([
  { what: 'a length of five digits', bytes: () => Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]) },
  { what: 'a packet type that is reserved', bytes: () => Buffer.from([0xf0, 0x00]) },
  { what: 'a packet that only a server sends', bytes: () => Buffer.from([0x20, 0x02, 0x00, 0x00]) },
  { what: 'QoS 3', bytes: () => changed(publishOf(h.a, 'x', { qos: 1, messageId: 1 }), 0, 0x36) },
  { what: 'a topic longer than its packet', bytes: () => changed(publishOf(h.a, 'x'), 2, 0x00, 0xf0) },
  { what: 'an empty topic', bytes: () => Buffer.from([0x30, 0x03, 0x00, 0x00, 0x41]) },
  { what: 'a wildcard in the topic', bytes: () => bytesOf(publishOf(h.a, 'x', { topic: 'tocsin/v1/+/up' })) },
  { what: 'a topic that is not UTF-8', bytes: () => changed(publishOf(h.a, 'x'), 6, 0xc3, 0x28) },
  { what: 'message id 0', bytes: () => changed(publishOf(h.a, 'x', { qos: 1, messageId: 1 }), 18, 0, 0) },
  { what: 'message id 0 with QoS 2', bytes: () => changed(publishOf(h.a, 'x', { qos: 2, messageId: 1 }), 18, 0, 0) },
  {
    what: 'a PUBLISH that ends before its message id',
    bytes: () => Buffer.concat([Buffer.from([0x32, 16, 0, 14]), Buffer.from('tocsin/v1/a/up')]),
  },
  { what: 'SUBSCRIBE with wrong flags', bytes: () => changed(subscribe, 0, 0x80) },
  { what: 'SUBSCRIBE with message id 0', bytes: () => changed(subscribe, 2, 0, 0) },
  { what: 'SUBSCRIBE with QoS 3', bytes: () => changed(subscribe, 22, 3) },
  { what: 'SUBSCRIBE for nothing', bytes: () => Buffer.from([0x82, 0x02, 0x00, 0x01]) },
  { what: 'UNSUBSCRIBE from nothing', bytes: () => Buffer.from([0xa2, 0x02, 0x00, 0x01]) },
  { what: 'PUBREL with wrong flags', bytes: () => Buffer.from([0x60, 0x02, 0x00, 0x01]) },
  { what: 'PUBREL without a message id', bytes: () => Buffer.from([0x62, 0x00]) },
  { what: 'PUBREC with message id 0', bytes: () => Buffer.from([0x50, 0x02, 0x00, 0x00]) },
  { what: 'PUBACK with more than an id', bytes: () => Buffer.from([0x40, 0x03, 0x00, 0x01, 0x00]) },
  { what: 'PUBREL with more than an id', bytes: () => Buffer.from([0x62, 0x03, 0x00, 0x01, 0x00]) },
  { what: 'PINGREQ with something in it', bytes: () => Buffer.from([0xc0, 0x01, 0x00]) },
])('$what ends that connection, and nothing else', async ({ what, bytes }) => {
  const other = await RawClient.signIn(port(), h.b);
  const client = await RawClient.signIn(port(), h.a);
  client.send(bytes());
  await client.closed;
  expect(client.received).toEqual([]);
  expect((await h.entries()).filter(({ kind }) => kind === 'frame')).toEqual([]);
  const counted = (await h.refused('MQTT_PROTOCOL')) + (await h.refused('TOPIC_FORBIDDEN'));
  expect(counted, what).toBe(what === 'a packet that only a server sends' ? 0 : 1);
  expect(await other.lives()).toBe(true);
});

test.each([
  { what: 'nothing', bytes: () => Buffer.alloc(0) },
  { what: 'half a CONNECT', bytes: () => bytesOf(connectOf(h.a)).subarray(0, 20) },
])('whoever connects and sends $what is gone after the time for it', async ({ bytes }) => {
  const client = await RawClient.open(port());
  client.send(bytes());
  await client.closed;
  expect(client.received).toEqual([]);
});

test.each([
  { what: 'a client id that is not UTF-8', packet: () => changed(connectOf(h.a), 14, 0xff) },
  { what: 'a client id with U+0000', packet: () => changed(connectOf(h.a), 14, 0x00) },
  { what: 'a flag that is reserved', packet: () => changed(connectOf(h.a), 9, 0xc3) },
  { what: 'a password without a user name', packet: () => changed(connectOf(h.a), 9, 0x42) },
  { what: 'bytes behind its last field', packet: () => longer(connectOf(h.a)) },
])('CONNECT with $what ends the connection', async ({ packet }) => {
  const client = await RawClient.open(port());
  client.send(packet());
  await client.closed;
  expect(client.received).toEqual([]);
  expect(await h.refused('MQTT_PROTOCOL')).toBe(1);
});

test('CONNECT with a will, of MQTT 3.1, without a client id: each is as long as its flags say', async () => {
  const will = { topic: '水位', payload: Buffer.from('gone'), qos: 1, retain: true } as const;
  for (const options of [
    { will },
    { protocolId: 'MQIsdp', protocolVersion: 3 },
    { clientId: '', clean: true },
  ] as const)
    await RawClient.signIn(port(), h.a, { ...options });
  expect(await h.refused('MQTT_PROTOCOL')).toBe(0);
});

// As with the retain flag: what it says may matter more than how.
test('the DUP flag with QoS 0 is taken no notice of', async () => {
  const client = await RawClient.signIn(port(), h.a);
  client.send(changed(publishOf(h.a, 'x'), 0, 0x38));
  expect(await client.lives()).toBe(true);
  expect((await h.entriesOnceThere(1)).map(payloadOf)).toEqual(['x']);
});

test('MQTT 5 is answered with return code 1 and closed', async () => {
  const client = await RawClient.open(port());
  const connect = connectOf(h.a);
  client.send(bytesOf({ ...connect, protocolVersion: 5 } as typeof connect));
  expect(await client.next('connack')).toMatchObject({ returnCode: 1 });
  await client.closed;
  expect(await h.refused('MQTT_PROTOCOL')).toBe(1);
});

test('whoever is refused is told why, and closed', async () => {
  const client = await RawClient.open(port());
  client.send(connectOf({ ...h.a, secret: 'wrong' }));
  expect(await client.next('connack')).toMatchObject({ returnCode: 4, sessionPresent: false });
  await client.closed;
});

test.each([
  { what: 'SUBSCRIBE', packet: () => bytesOf(subscribe) },
  { what: 'SUBSCRIBE to what is forbidden', packet: () => changed(subscribe, 15, 0x62) },
  { what: 'UNSUBSCRIBE', packet: () => bytesOf({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['x'] }) },
  { what: 'PINGREQ', packet: () => bytesOf({ cmd: 'pingreq' }) },
])('thousands of $what end the connection, and it may come back and publish', async ({ packet }) => {
  const other = await RawClient.signIn(port(), h.b);
  const client = await RawClient.signIn(port(), h.a);
  client.send(Buffer.concat(Array.from({ length: 5000 }, packet)));
  await client.closed;
  expect(client.received.length).toBeLessThan(1000);
  expect(await h.refused('RATE_LIMITED')).toBe(1);
  expect(await other.lives()).toBe(true);
  const again = await RawClient.signIn(port(), h.a);
  again.send(publishOf(h.a, 'sos', { qos: 1, messageId: 1 }));
  expect(await again.next('puback')).toMatchObject({ messageId: 1 });
});
