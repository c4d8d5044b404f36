import { afterEach, beforeEach, expect, test } from 'vitest';
import { closed, Harness } from './harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

const close = { command: 'close', arguments: { lane: 2 } };

test('a connected device that listens gets the command as JSON, and no other device does', async () => {
  const a = await h.connect(h.a);
  const b = await h.connect(h.b);
  await a.subscribeAsync('tocsin/v1/a/down', { qos: 1 });
  await b.subscribeAsync('tocsin/v1/b/down', { qos: 1 });
  await h.gateway.sendCommand('a', close);
  await h.gateway.sendCommand('b', { command: 'open', arguments: {} });
  expect(await h.received(a, 1)).toEqual([['tocsin/v1/a/down', '{"command":"close","arguments":{"lane":2}}']]);
  expect(await h.received(b, 1)).toEqual([['tocsin/v1/b/down', '{"command":"open","arguments":{}}']]);
});

test('a device that does not listen, is disabled or unknown is told apart', async () => {
  await expect(h.gateway.sendCommand('a', close)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  await h.connect(h.a);
  await expect(h.gateway.sendCommand('a', close)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  await expect(h.gateway.sendCommand('nobody', close)).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
  h.devices = [{ ...h.a, state: 'disabled' }];
  await h.devicesChanged();
  await expect(h.gateway.sendCommand('a', close)).rejects.toMatchObject({ code: 'DEVICE_DISABLED' });
});

test('commands wait in a kept session while the device is away, up to a bound', async () => {
  const session = { clean: false, clientId: 'sign' };
  const first = await h.connect(h.a, session);
  await first.subscribeAsync('tocsin/v1/a/down', { qos: 1 });
  await first.endAsync();
  while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let number = 0; number < 32; number++) {
    await h.gateway.sendCommand('a', { command: 'show', arguments: { number } });
  }
  await expect(h.gateway.sendCommand('a', close)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });

  const again = await h.connect(h.a, session);
  const numbers = (await h.received(again, 32)).map(([, text]) => JSON.parse(text).arguments.number);
  expect(numbers).toEqual([...Array(32).keys()]);
  // The session's acknowledgements stand before this one's on the connection, so there is room again.
  await again.publishAsync('tocsin/v1/a/up', '1', { qos: 1 });
  await h.gateway.sendCommand('a', close);
  expect((await h.received(again, 33))[32]).toEqual(['tocsin/v1/a/down', JSON.stringify(close)]);
});

test('of the sessions a device leaves behind the newest four are kept; it is never locked out by them', async () => {
  for (let index = 0; index < 6; index++) {
    const client = await h.connect(h.a, { clean: false, clientId: `kept-${index}` });
    await client.subscribeAsync('tocsin/v1/a/down', { qos: 1 });
    await client.endAsync();
  }
  const present: boolean[] = [];
  for (const index of [2, 3, 4, 5]) present.push(await h.comesBack(h.a, `kept-${index}`));
  expect(present).toEqual([true, true, true, true]);
  expect(await h.comesBack(h.a, 'kept-1')).toBe(false);
});

test('a disabled device is cut off though it listens', async () => {
  const a = await h.connect(h.a);
  await a.subscribeAsync('tocsin/v1/a/down', { qos: 1 });
  h.devices = [{ ...h.a, state: 'disabled' }];
  await Promise.all([closed(a), h.devicesChanged()]);
  expect(await h.gateway.isConnected('a')).toBe(false);
});

test('a command that waited too long for its device is forgotten', async () => {
  const clock = { at: 0, now: () => clock.at };
  await h.stop();
  h = await Harness.start({ steady: clock });
  const session = { clean: false, clientId: 'siren' };
  const first = await h.connect(h.a, session);
  await first.subscribeAsync('tocsin/v1/a/down', { qos: 1 });
  await first.endAsync();
  while (await h.gateway.isConnected('a')) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let number = 0; number < 32; number++)
    await h.gateway.sendCommand('a', { command: 'sound', arguments: { number } });
  clock.at += 3_600_001;
  await h.gateway.sendCommand('a', close);
  const again = await h.connect(h.a, session);
  expect(await h.received(again, 1)).toEqual([['tocsin/v1/a/down', JSON.stringify(close)]]);
});
