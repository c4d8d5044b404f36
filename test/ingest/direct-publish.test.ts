import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { afterEach, expect, test } from 'vitest';
import { type Disk, fileDisk } from '../../src/journal/disk.ts';
import { Harness, payloadOf } from './harness.ts';

let h: Harness;
let socket: Socket;
afterEach(async () => {
  socket.destroy();
  await h.stop();
});

/** Bytes as they come from the broker, as packets. */
class Packets {
  readonly all: Packet[] = [];
  readonly #parser = parser();

  constructor(from: Socket) {
    this.#parser.on('packet', (packet) => this.all.push(packet));
    from.on('data', (bytes) => this.#parser.parse(bytes));
  }

  async until(count: number, cmd: string): Promise<Packet[]> {
    for (;;) {
      const found = this.all.filter((packet) => packet.cmd === cmd);
      if (found.length >= count) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function signIn(): Promise<Packets> {
  socket = connect({ port: h.gateway.ports.mqtt, host: '127.0.0.1', noDelay: true });
  const packets = new Packets(socket);
  socket.write(connectPacket());
  await packets.until(1, 'connack');
  return packets;
}

function connectPacket(): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'c',
    keepalive: 60,
    username: 'a',
    password: Buffer.from(h.a.secret),
  });
}

function publish(text: string, messageId: number, qos: 0 | 1 | 2 = 1, topic = 'tocsin/v1/a/up'): Buffer {
  return generate({ cmd: 'publish', topic, payload: text, qos, messageId, dup: false, retain: false });
}

const ping = generate({ cmd: 'pingreq' });
const subscribe = generate({
  cmd: 'subscribe',
  messageId: 999,
  subscriptions: [{ topic: 'tocsin/v1/a/down', qos: 1 }],
});

test('wherever the bytes are cut, every frame is kept once, in order, and acknowledged under its id', async () => {
  h = await Harness.start();
  const packets = await signIn();
  // Short and long, all qualities of service, and other packets between them.
  const stream = Buffer.concat([
    publish('first', 1),
    ping,
    publish('x'.repeat(200), 2),
    publish('no answer', 0, 0),
    subscribe,
    publish('exactly once', 3, 2),
    publish('last', 65_535),
  ]);
  let sent = 0;
  for (const size of [1, 2, 3, 7, 64, stream.length]) {
    for (let at = 0; at < stream.length; at += size) {
      socket.write(stream.subarray(at, at + size));
      // Each part comes by itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
    sent++;
    await packets.until(3 * sent, 'puback');
    await packets.until(sent, 'pubrec');
    socket.write(generate({ cmd: 'pubrel', messageId: 3 }));
    await packets.until(sent, 'pubcomp');
  }
  expect((await packets.until(3 * sent, 'puback')).map((packet) => packet.messageId)).toEqual(
    Array.from({ length: sent }, () => [1, 2, 65_535]).flat(),
  );
  expect(await packets.until(sent, 'pingresp')).toHaveLength(sent);
  expect(await packets.until(sent, 'suback')).toHaveLength(sent);
  const kept = (await h.entriesOnceThere(5 * sent)).map(payloadOf);
  expect(kept).toHaveLength(5 * sent);
  const withQos1 = kept.filter((text) => ['first', 'last'].includes(text) || text.startsWith('x'));
  expect(withQos1).toEqual(Array.from({ length: sent }, () => ['first', 'x'.repeat(200), 'last']).flat());
  expect(kept.filter((text) => text === 'exactly once')).toHaveLength(sent);
  expect(kept.filter((text) => text === 'no answer')).toHaveLength(sent);
});

test('frames that come together with CONNECT are taken after it, in order', async () => {
  h = await Harness.start();
  socket = connect({ port: h.gateway.ports.mqtt, host: '127.0.0.1' });
  const packets = new Packets(socket);
  socket.write(Buffer.concat([connectPacket(), publish('one', 1), publish('two', 2)]));
  socket.write(publish('three', 3));
  await packets.until(3, 'puback');
  expect(packets.all.map(({ cmd }) => cmd)).toEqual(['connack', 'puback', 'puback', 'puback']);
  expect((await h.entriesOnceThere(3)).map(payloadOf)).toEqual(['one', 'two', 'three']);
});

test('a foreign topic ends the connection; what came before it is acknowledged, what comes after is not taken', async () => {
  h = await Harness.start();
  const packets = await signIn();
  const gone = once(socket, 'close');
  socket.on('error', () => {});
  socket.write(publish('mine', 1));
  await packets.until(1, 'puback');
  socket.write(Buffer.concat([publish('foreign', 2, 1, 'tocsin/v1/b/up'), publish('after', 3)]));
  await gone;
  expect(await h.refused('TOPIC_FORBIDDEN')).toBe(1);
  expect(packets.all.filter(({ cmd }) => cmd === 'puback')).toHaveLength(1);
});

test('a device that does not wait for its acknowledgements is not read further than a bound', async () => {
  const held: (() => void)[] = [];
  let holding = false;
  const disk: Disk = {
    ...fileDisk,
    sync: (fd, done) => (holding ? held.push(() => fileDisk.sync(fd, done)) : fileDisk.sync(fd, done)),
  };
  h = await Harness.start({ disk, intake: { ratePerDevice: 'off' } });
  const packets = await signIn();
  holding = true;
  const count = 20_000;
  const texts = Array.from({ length: count }, (_, i) => `frame ${i} ${'.'.repeat(300)}`);
  const bytes = texts.map((text, i) => publish(text, (i % 65_535) + 1));
  socket.write(Buffer.concat(bytes));
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  // Six megabytes are on the way: what is not read stays in the sockets, and the sender's fills up.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(socket.writableLength).toBeGreaterThan(0);
  expect(packets.all.filter(({ cmd }) => cmd === 'puback')).toEqual([]);
  holding = false;
  held.shift()!();
  const acks = await packets.until(count, 'puback');
  expect(acks.map((packet) => packet.messageId)).toEqual(texts.map((_, i) => (i % 65_535) + 1));
  expect((await h.entries()).map(payloadOf)).toEqual(texts);
});

test('a device that does not read its acknowledgements is cut off, and others are served meanwhile', async () => {
  h = await Harness.start({ timeouts: { drain: 300 }, intake: { ratePerDevice: 'off' } });
  await signIn();
  socket.on('error', () => {});
  // Nothing is read any more, so that acknowledgements pile up.
  socket.removeAllListeners('data');
  socket.pause();
  const bytes = Buffer.concat(Array.from({ length: 5_000 }, () => publish('{"level":1}', 1)));
  let open = true;
  socket.once('close', () => {
    open = false;
  });
  const other = await h.connect(h.b);
  while (open) {
    if (socket.writableLength < bytes.length) socket.write(bytes);
    await other.publishAsync('tocsin/v1/b/up', '{"level":2}', { qos: 1 });
  }
});
