import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { closed, Harness, payloadOf } from './harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({ mqtt: { ws: { port: 0 } }, intake: { maxPayload: 65_536 } });
});
afterEach(() => h.stop());

test.each(['tcp', 'ws'])('a payload of 10 MB over %s is refused with its size and its head kept', async (way) => {
  const other = await h.connect(h.b);
  const url = way === 'tcp' ? h.url : `ws://127.0.0.1:${h.gateway.ports.ws}`;
  const client = await h.connect(h.a, {}, url);
  const payload = Buffer.alloc(10_000_000, 'abcdefgh');
  const acknowledged = client.publishAsync('tocsin/v1/a/up', payload, { qos: 1 }).then(
    () => true,
    () => false,
  );
  await closed(client);
  await client.endAsync(true);
  expect(await acknowledged).toBe(false);
  const [entry, ...more] = await h.entriesOnceThere(1);
  expect(more).toEqual([]);
  expect(entry).toMatchObject({
    kind: 'refused',
    refusal: { deviceId: 'a', topic: 'tocsin/v1/a/up', code: 'PAYLOAD_TOO_LARGE', size: 10_000_000 },
  });
  const head = payloadOf(entry!);
  expect(head).toBe('abcdefgh'.repeat(512).slice(0, head.length));
  if (way === 'tcp') expect(head.length).toBe(4096);
  expect(await h.refused('PAYLOAD_TOO_LARGE')).toBe(1);
  await other.publishAsync('tocsin/v1/b/up', '{"level":3}', { qos: 1 });
});

test('a WebSocket message above every limit is refused before it is gathered, and kept as a refusal', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${h.gateway.ports.ws}`, 'mqtt');
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(connectPacket('a', h.a.secret));
  await once(socket, 'message');
  const gone = once(socket, 'close');
  socket.send(publishPacket('tocsin/v1/a/up', Buffer.alloc(10_000_000)));
  await gone;
  expect(await h.entriesOnceThere(1)).toMatchObject([{ kind: 'refused', refusal: { code: 'PAYLOAD_TOO_LARGE' } }]);
  expect(await h.refused('PAYLOAD_TOO_LARGE')).toBe(1);
});

test('the limit is exact: so many bytes are taken, one more is not', async () => {
  const client = await h.connect(h.a);
  await client.publishAsync('tocsin/v1/a/up', Buffer.alloc(65_536), { qos: 1 });
  const acknowledged = client.publishAsync('tocsin/v1/a/up', Buffer.alloc(65_537), { qos: 1 }).catch(() => null);
  await closed(client);
  await client.endAsync(true);
  await acknowledged;
  expect((await h.entriesOnceThere(2)).map(({ kind }) => kind)).toEqual(['frame', 'refused']);
});

test('a CONNECT that announces 200 MB is cut off at its first bytes', async () => {
  const socket = await open();
  const gone = once(socket, 'close');
  socket.write(Buffer.from([0x10, 0x80, 0x84, 0xaf, 0x5f, 0x00, 0x04]));
  await gone;
  expect(await h.refused('PAYLOAD_TOO_LARGE')).toBe(1);
  expect(await h.entries()).toEqual([]);
});

test('a stranger that publishes before it signs in is cut off', async () => {
  const socket = await open();
  const gone = once(socket, 'close');
  socket.write(publishPacket('tocsin/v1/a/up', Buffer.from('{"level":1}')));
  await gone;
  expect(await h.entries()).toEqual([]);
  expect(await h.refused('MQTT_PROTOCOL')).toBe(1);
});

test('packets in pieces of any size are taken as they are', async () => {
  const socket = await open();
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  const stream = Buffer.concat([
    connectPacket('a', h.a.secret),
    ...[...Array(40).keys()].map((n) => publishPacket('tocsin/v1/a/up', Buffer.alloc(n * 11, 97 + (n % 26)))),
    Buffer.from([0xc0, 0x00]),
  ]);
  let at = 0;
  for (let size = 1; at < stream.length; size = (size % 23) + 1) {
    socket.write(stream.subarray(at, at + size));
    at += size;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const entries = await h.entriesOnceThere(40);
  expect(entries.map(payloadOf)).toEqual(
    [...Array(40).keys()].map((n) => String.fromCharCode(97 + (n % 26)).repeat(n * 11)),
  );
  // CONNACK first, PINGRESP last: the connection is still one of MQTT.
  while (!Buffer.concat(received).includes(Buffer.from([0xd0, 0x00]))) await once(socket, 'data');
  expect(Buffer.concat(received).subarray(0, 4)).toEqual(Buffer.from([0x20, 0x02, 0x00, 0x00]));
  socket.destroy();
});

test('a large packet behind good ones in one piece costs itself alone; an unfinished head is kept as it came', async () => {
  const socket = await open();
  const large = publishPacket('tocsin/v1/a/up', Buffer.alloc(200_000, 'z'));
  socket.write(
    Buffer.concat([
      connectPacket('a', h.a.secret),
      publishPacket('tocsin/v1/a/up', Buffer.from('good')),
      large.subarray(0, 100),
    ]),
  );
  const [frame] = await h.entriesOnceThere(1);
  expect(frame!.kind).toBe('frame');
  socket.end();
  const entries = await h.entriesOnceThere(2);
  expect(entries[1]).toMatchObject({ kind: 'refused', refusal: { code: 'PAYLOAD_TOO_LARGE', size: 200_000 } });
  expect(payloadOf(entries[1]!)).toMatch(/^z{70,90}$/);
});

async function open(): Promise<Socket> {
  const socket = connect(h.gateway.ports.mqtt, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

function connectPacket(user: string, secret: string): Buffer {
  const body = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 60]), text('raw'), text(user), text(secret)]);
  return Buffer.concat([Buffer.from([0x10]), lengthOf(body.length), body]);
}

/** QoS 0. */
function publishPacket(topic: string, payload: Buffer): Buffer {
  const body = Buffer.concat([text(topic), payload]);
  return Buffer.concat([Buffer.from([0x30]), lengthOf(body.length), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function lengthOf(length: number): Buffer {
  const digits: number[] = [];
  for (let rest = length; digits.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    digits.push((rest % 128) + (rest >= 128 ? 128 : 0));
  }
  return Buffer.from(digits);
}
