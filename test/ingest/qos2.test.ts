import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Disk, fileDisk } from '../../src/journal/disk.ts';
import { Harness, payloadOf } from './harness.ts';
import { bytesOf, publishOf, RawClient } from './raw-client.ts';

let h: Harness;
/** Syncs of the journal that wait, while `holding`. */
let held: (() => void)[] = [];
let holding = false;
let failing = false;

const disk: Disk = {
  ...fileDisk,
  sync: (fd, done) => (holding ? held.push(() => fileDisk.sync(fd, done)) : fileDisk.sync(fd, done)),
  write: (fd, bytes, from, length, position, done) => {
    if (failing) done(Object.assign(new Error('input/output error'), { code: 'EIO' }), 0);
    else fileDisk.write(fd, bytes, from, length, position, done);
  },
};

beforeEach(async () => {
  held = [];
  holding = false;
  failing = false;
  h = await Harness.start({ disk, patienceMs: 1, intake: { ratePerDevice: 'off' } });
});
afterEach(() => h.stop());

const port = () => h.gateway.ports.mqtt;
const payloads = async () => (await h.entries()).map(payloadOf);

test('a message of QoS 2 is in the journal before PUBREC, and done with PUBCOMP', async () => {
  const client = await RawClient.signIn(port(), h.a);
  const other = await RawClient.signIn(port(), h.b);
  holding = true;
  const message = { qos: 2, messageId: 7 } as const;
  // Repeated, and released out of turn, while it is under way: nothing of it may be answered yet.
  const [first, second] = [publishOf(h.a, 'once', message), publishOf(h.a, 'once', { ...message, dup: true })];
  client.send(Buffer.concat([first, second, { cmd: 'pubrel', messageId: 7 } as const].map(bytesOf)));
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  // Had there been an answer, it would have come by now.
  expect(await other.lives()).toBe(true);
  expect(client.received).toEqual([]);
  holding = false;
  for (const sync of held) sync();
  expect((await client.next('pubrec')).messageId).toBe(7);
  expect((await client.next('pubrec')).messageId).toBe(7);
  expect((await client.next('pubcomp')).messageId).toBe(7);
  expect(await payloads()).toEqual(['once']);
});

test('until PUBREL a repetition is answered and not journaled again; after it the id is free', async () => {
  const client = await RawClient.signIn(port(), h.a);
  for (let time = 0; time < 3; time++) {
    client.send(publishOf(h.a, 'same', { qos: 2, messageId: 9, dup: time > 0 }));
    expect((await client.next('pubrec')).messageId).toBe(9);
  }
  expect(await payloads()).toEqual(['same']);
  // PUBREL may be repeated too.
  for (let time = 0; time < 2; time++) {
    client.send({ cmd: 'pubrel', messageId: 9 });
    expect((await client.next('pubcomp')).messageId).toBe(9);
  }
  client.send(publishOf(h.a, 'same', { qos: 2, messageId: 9 }));
  await client.next('pubrec');
  expect(await payloads()).toEqual(['same', 'same']);
});

test('a kept session remembers over a break what was not released, a clean one does not', async () => {
  for (const [clean, after] of [
    [false, ['m']],
    [true, ['m', 'm', 'm']],
  ] as const) {
    const options = { clean, clientId: `session-${clean}` };
    const first = await RawClient.signIn(port(), h.a, options);
    first.send(publishOf(h.a, 'm', { qos: 2, messageId: 3 }));
    await first.next('pubrec');
    await first.cut();
    const again = await RawClient.signIn(port(), h.a, options);
    again.send(publishOf(h.a, 'm', { qos: 2, messageId: 3, dup: true }));
    await again.next('pubrec');
    again.send({ cmd: 'pubrel', messageId: 3 });
    await again.next('pubcomp');
    expect(await payloads()).toEqual(after);
  }
});

test('a device that begins anew under an id it never released is heard', async () => {
  const client = await RawClient.signIn(port(), h.a);
  client.send(publishOf(h.a, '{"sos":false}', { qos: 2, messageId: 1 }));
  await client.next('pubrec');
  client.send(publishOf(h.a, '{"sos":true}', { qos: 2, messageId: 1 }));
  await client.next('pubrec');
  expect(await payloads()).toEqual(['{"sos":false}', '{"sos":true}']);
});

test('a device that never releases loses nothing and is not cut off; of 256 messages repetitions are known', async () => {
  const client = await RawClient.signIn(port(), h.a);
  for (let id = 1; id <= 3000; id++) client.send(publishOf(h.a, String(id), { qos: 2, messageId: id }));
  for (let id = 1; id <= 3000; id++) expect((await client.next('pubrec')).messageId).toBe(id);
  // The newest is known, the oldest was forgotten, and both are answered.
  for (const id of [3000, 2745, 1]) {
    client.send(publishOf(h.a, String(id), { qos: 2, messageId: id, dup: true }));
    expect((await client.next('pubrec')).messageId).toBe(id);
  }
  const all = await payloads();
  expect(all.length).toBe(3001);
  expect(all.at(-1)).toBe('1');
});

test('of messages of all three kinds, mixed, none is lost, and each kind keeps its order', async () => {
  const client = await RawClient.signIn(port(), h.a);
  const sent: string[][] = [[], [], []];
  for (let number = 1; number <= 600; number++) {
    const qos = (number % 3) as 0 | 1 | 2;
    sent[qos]!.push(`${qos}: ${number}`);
    client.send(publishOf(h.a, `${qos}: ${number}`, qos === 0 ? {} : { qos, messageId: number }));
  }
  for (let number = 0; number < 200; number++) {
    await client.next('puback');
    await client.next('pubrec');
  }
  const journaled = (await h.entriesOnceThere(600)).map(payloadOf);
  for (const qos of [0, 1, 2]) expect(journaled.filter((text) => text.startsWith(`${qos}`))).toEqual(sent[qos]);
});

test('a message of QoS 2 that the journal does not take is not answered, and taken when it is sent again', async () => {
  const first = await RawClient.signIn(port(), h.a, { clean: false });
  failing = true;
  first.send(publishOf(h.a, 'precious', { qos: 2, messageId: 4 }));
  await first.closed;
  expect(first.received).toEqual([]);
  failing = false;
  const again = await RawClient.signIn(port(), h.a, { clean: false });
  again.send(publishOf(h.a, 'precious', { qos: 2, messageId: 4, dup: true }));
  expect((await again.next('pubrec')).messageId).toBe(4);
  expect(await payloads()).toEqual(['precious']);
});
