import { afterEach, beforeEach, expect, test } from 'vitest';
import { Harness, now, payloadOf } from './harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

function send(text: string, credential: { deviceId?: string; secret?: string } = {}) {
  return h.gateway.acceptHttp({ deviceId: 'a', secret: h.a.secret, payload: Buffer.from(text), ...credential });
}

test('a good frame is durable when it is answered', async () => {
  expect(await send('{"level":12.4}')).toEqual({ samples: 1, problems: [] });
  const entries = await h.entries();
  expect(entries).toMatchObject([
    { kind: 'frame', frame: { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'http', receivedAt: now } },
  ]);
  expect(payloadOf(entries[0]!)).toBe('{"level":12.4}');
});

test.each([
  ['not JSON', 'PAYLOAD_NOT_JSON'],
  ['{"depth":1}', 'CHANNEL_UNKNOWN'],
  ['{"level":501}', 'VALUE_OUT_OF_RANGE'],
  [`{"level":1${' '.repeat(1000)}}`, 'PAYLOAD_TOO_LARGE'],
  ['{"level":1,"time":0}', 'TIME_TOO_OLD'],
  ['{"level":1,"time":"2099-01-01T00:00:00Z"}', 'TIME_IN_FUTURE'],
])('%.30s is refused with %s, counted and kept', async (text, code) => {
  await expect(send(text)).rejects.toMatchObject({ code });
  const entries = await h.entriesOnceThere(1);
  expect(entries).toMatchObject([
    { kind: 'refused', refusal: { deviceId: 'a', via: 'http', code, size: text.length } },
  ]);
  expect(payloadOf(entries[0]!)).toBe(text);
  expect(await h.refused(code)).toBe(1);
});

test('what lives may hang on is taken whatever time it says, at the time of receipt, and the sender is told', async () => {
  h.devices = [{ ...h.a, type: 'band' }];
  await h.devicesChanged();
  const text = '{"sos":true,"time":"2099-01-01T00:00:00Z"}';
  expect(await send(text)).toMatchObject({ samples: 1, problems: [{ code: 'TIME_IN_FUTURE' }] });
  expect((await h.entries()).map(payloadOf)).toEqual([text]);
});

test('of a batch with a bad sample the good ones are taken and the bad one is named', async () => {
  const text = `[{"level":1,"time":${now - 2000}},{"level":-1,"time":${now - 1000}}]`;
  expect(await send(text)).toMatchObject({ samples: 1, problems: [{ code: 'VALUE_OUT_OF_RANGE' }] });
  expect((await h.entries()).map(payloadOf)).toEqual([text]);
});

test('a wrong credential and a disabled device are refused', async () => {
  await expect(send('{"level":1}', { secret: 'wrong' })).rejects.toMatchObject({ code: 'CREDENTIAL_INVALID' });
  await expect(send('{"level":1}', { deviceId: 'b' })).rejects.toMatchObject({ code: 'CREDENTIAL_INVALID' });
  await expect(send('{"level":1}', { deviceId: 'x'.repeat(9000) })).rejects.toMatchObject({
    code: 'CREDENTIAL_INVALID',
  });
  expect(await h.entries()).toEqual([]);
  h.devices = [{ ...h.a, state: 'disabled' }];
  await h.devicesChanged();
  await expect(send('{"level":1}')).rejects.toMatchObject({ code: 'DEVICE_DISABLED' });
});

test('a device of a type that is not loaded gets told so', async () => {
  h.devices = [{ ...h.a, type: 'lost' }];
  await h.devicesChanged();
  await expect(send('{"level":1}')).rejects.toMatchObject({ code: 'DEVICE_TYPE_UNKNOWN' });
});
