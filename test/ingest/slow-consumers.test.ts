import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Harness } from './harness.ts';
import { publishOf, RawClient } from './raw-client.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({ timeouts: { drain: 300 } });
});
afterEach(() => h.stop());

const port = () => h.gateway.ports.mqtt;
const down = (id: string) => `tocsin/v1/${id}/down`;
const large = { command: 'show', arguments: { text: 'x'.repeat(60_000) } };
const short = { command: 'show', arguments: {} };

async function listen(device: 'a' | 'b', qos: 0 | 1 | 2, clean = true): Promise<RawClient> {
  const client = await RawClient.signIn(port(), h[device], { clean });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: down(device), qos }] });
  await client.next('suback');
  return client;
}

/** Sends commands without waiting for one another until one is refused; resolves with how many were taken. */
async function flood(id: string, most: number, command = short): Promise<number> {
  const all = await Promise.allSettled(Array.from({ length: most }, () => h.gateway.sendCommand(id, command)));
  const refusals = all.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  expect(new Set(refusals)).toEqual(new Set(refusals.length > 0 ? ['TOO_MANY_REQUESTS'] : []));
  return most - refusals.length;
}

test.each([
  { qos: 1, clean: true },
  { qos: 2, clean: true },
  { qos: 1, clean: false },
  { qos: 2, clean: false },
] as const)('a device that never acknowledges has 32 commands under way at most: %o', async ({ qos, clean }) => {
  const client = await listen('a', qos, clean);
  expect(await flood('a', 1000)).toBe(32);
  expect(await client.lives()).toBe(true);
  expect(client.received.length).toBe(32);
  // Acknowledging makes room again.
  const { messageId } = await client.next('publish');
  client.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId });
  if (qos === 2) {
    await client.next('pubrel');
    client.send({ cmd: 'pubcomp', messageId });
  }
  await client.lives();
  expect(await flood('a', 10)).toBe(1);
});

test('a device that does not read is sent no more once its connection is full, is cut off, and delays nobody', async () => {
  const stalled = await listen('a', 0);
  const other = await listen('b', 1);
  stalled.socket.pause();
  let taken = 0;
  // What the system's own buffers hold, a few MB, and no more.
  for (; taken < 10_000; taken++) {
    const [sent] = await Promise.allSettled([flood('a', 1, large)]);
    if (sent.status !== 'fulfilled' || sent.value === 0) break;
    if (taken % 20 === 0) {
      await h.gateway.sendCommand('b', short);
      other.send({ cmd: 'puback', messageId: (await other.next('publish')).messageId! });
    }
  }
  expect(taken).toBeLessThan(1000);
  while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 10));
  await expect(h.gateway.sendCommand('a', short)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  expect(await other.lives()).toBe(true);
});

test('a device that leaves while tens of thousands of commands are on their way harms nobody', async () => {
  for (const [qos, clean] of [
    [0, true],
    [1, true],
    [1, false],
  ] as const) {
    const leaving = await listen('a', qos, clean);
    const other = await listen('b', 1);
    leaving.socket.pause();
    const flooding = Promise.allSettled(Array.from({ length: 30_000 }, () => h.gateway.sendCommand('a', short)));
    await new Promise((resolve) => setImmediate(resolve));
    leaving.socket.resetAndDestroy();
    await flooding;
    await h.gateway.sendCommand('b', short);
    await other.next('publish');
    await other.cut();
  }
});

test('a device that left behind a full session is still sent commands where it listens now', async () => {
  const gone = await listen('a', 1, false);
  await gone.cut();
  while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await flood('a', 40)).toBe(32);
  const client = await RawClient.signIn(port(), h.a, { clientId: 'new' });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: down('a'), qos: 1 }] });
  await client.next('suback');
  await h.gateway.sendCommand('a', short);
  expect((await client.next('publish')).qos).toBe(1);
});

test('a flood of messages with the retain flag leaves nothing behind', async () => {
  const client = await listen('a', 1);
  for (let number = 0; number < 5000; number++) client.send(publishOf(h.a, `${number}`, { retain: true }));
  expect(await client.lives()).toBe(true);
  const later = await listen('a', 1);
  expect(await later.lives()).toBe(true);
  expect(later.received).toEqual([]);
});

test("Nagle's algorithm is off on the broker's side of a connection", async () => {
  const client = await RawClient.signIn(port(), h.a);
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const serving = handles.find(
    (handle): handle is Socket => handle instanceof Socket && handle.remotePort === client.socket.localPort,
  )!;
  const noDelay = Object.getOwnPropertySymbols(serving).find(({ description }) => description === 'kSetNoDelay')!;
  expect((serving as unknown as Record<symbol, unknown>)[noDelay]).toBe(true);
});
