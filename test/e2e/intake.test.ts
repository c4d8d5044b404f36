import { spawnSync } from 'node:child_process';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alarm, LatestValue, QuarantinedFrame, QuarantinedFrameDetail, Series } from '../../src/api/contract.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

let tocsin: TocsinProcess;
let gauge: { id: string; secret: string };
let other: { id: string; secret: string };

beforeAll(async () => {
  tocsin = await TocsinProcess.start();
  await tocsin.makeAreas();
  [gauge, other] = (await tocsin.makeDevices('flood-gauge', 2)) as [typeof gauge, typeof gauge];
});
afterAll(() => tocsin.remove());

/** A stock MQTT client; 0 when the broker acknowledged. */
function mosquittoPub(options: { user?: string; secret?: string; topic: string; message: string }): number | null {
  const credential = options.user ? ['-u', options.user, '-P', options.secret ?? ''] : [];
  const where = ['-h', '127.0.0.1', '-p', String(tocsin.mqttPort), '-q', '1'];
  return spawnSync('mosquitto_pub', [...where, ...credential, '-t', options.topic, '-m', options.message], {
    timeout: 5_000,
  }).status;
}

const up = (id: string) => `tocsin/v1/${id}/up`;
const alarmsOf = async (device: string) => await tocsin.call<Alarm[]>('GET', `/alarms?device=${device}`);
const latest = async (device: string) => await tocsin.call<LatestValue[]>('GET', `/devices/${device}/latest`);
const quarantined = async () => await tocsin.call<QuarantinedFrame[]>('GET', `/quarantine?device=${gauge.id}`);

describe('a stock MQTT client', () => {
  test('gets nowhere without a credential, with a wrong one, or on another device’s topic', async () => {
    const message = '{"level":40}';
    expect(mosquittoPub({ topic: up(gauge.id), message })).not.toBe(0);
    expect(mosquittoPub({ user: gauge.id, secret: other.secret, topic: up(gauge.id), message })).not.toBe(0);
    expect(mosquittoPub({ user: 'nobody', secret: 'x', topic: up('nobody'), message })).not.toBe(0);
    mosquittoPub({ user: other.id, secret: other.secret, topic: up(gauge.id), message });
    expect(await latest(gauge.id)).toEqual([]);
    expect(await alarmsOf(gauge.id)).toEqual([]);
    const metrics = await tocsin.metrics();
    expect(metrics['tocsin_refused_total{code="CREDENTIAL_INVALID",via="mqtt"}']).toBe(3);
    expect(metrics['tocsin_refused_total{code="TOPIC_FORBIDDEN",via="mqtt"}']).toBeGreaterThanOrEqual(1);
  });

  test('with its credential raises an alarm', async () => {
    expect(mosquittoPub({ user: gauge.id, secret: gauge.secret, topic: up(gauge.id), message: '{"level":40}' })).toBe(
      0,
    );
    await expect
      .poll(() => alarmsOf(gauge.id), { timeout: 5_000 })
      .toMatchObject([
        { ruleId: 'flood-gauge/waterlogging', severity: 'red', gridId: 'grid', state: 'unacknowledged' },
      ]);
  });
});

describe('bad input', () => {
  const payloads: [what: string, code: string, payload: string | Buffer][] = [
    ['malformed JSON', 'PAYLOAD_NOT_JSON', '{"level": 4'],
    ['bytes that are no text', 'PAYLOAD_NOT_JSON', Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
    ['not an object', 'PAYLOAD_SHAPE', '42'],
    ['a wrong type', 'VALUE_TYPE', '{"level":"high"}'],
    ['an unknown channel', 'CHANNEL_UNKNOWN', '{"depth":4}'],
    ['a value out of range', 'VALUE_OUT_OF_RANGE', '{"level":123456}'],
    ['a time in 1970', 'TIME_TOO_OLD', '{"time":"1970-01-01T00:00:00Z","level":4}'],
    ['a time in 2099', 'TIME_IN_FUTURE', '{"time":"2099-01-01T00:00:00Z","level":4}'],
    ['no time at all in its time', 'TIME_INVALID', '{"time":"yesterday","level":4}'],
    ['10 MB', 'PAYLOAD_TOO_LARGE', Buffer.alloc(10_000_000, 0x20)],
  ];

  test.each(payloads)(
    '%s over MQTT: %s, counted, raw in quarantine, and the device goes on',
    async (_, code, payload) => {
      const before = new Set((await quarantined()).map((frame) => frame.id));
      const client = mqtt.connect(`mqtt://127.0.0.1:${tocsin.mqttPort}`, {
        username: gauge.id,
        password: gauge.secret,
        reconnectPeriod: 50,
      });
      client.on('error', () => {});
      client.publish(up(gauge.id), payload, { qos: 1 });
      const found = async () => (await quarantined()).find((frame) => !before.has(frame.id));
      await expect
        .poll(found, { timeout: 10_000 })
        .toMatchObject({ code, deviceId: gauge.id, size: Buffer.from(payload).length });
      await client.endAsync(true);

      const detail = await tocsin.call<QuarantinedFrameDetail>('GET', `/quarantine/${(await found())!.id}`);
      const raw = Buffer.from(detail.payload, 'base64');
      expect(raw.length).toBeGreaterThan(0);
      expect(raw).toEqual(Buffer.from(payload).subarray(0, raw.length));
      expect(detail.reason.length).toBeGreaterThan(20);
      const metrics = await tocsin.metrics();
      const counted = Object.keys(metrics).filter((name) => name.includes(`code="${code}"`) && metrics[name]! > 0);
      expect(counted.length).toBeGreaterThan(0);

      // A moment later than the newest value, which may have come in the same millisecond.
      const level = 1 + before.size / 100;
      await expect
        .poll(
          async () => {
            mosquittoPub({
              user: gauge.id,
              secret: gauge.secret,
              topic: up(gauge.id),
              message: JSON.stringify({ level }),
            });
            return (await latest(gauge.id)).find((value) => value.channel === 'level')?.value;
          },
          { timeout: 10_000 },
        )
        .toBe(level);
    },
  );

  test.each(payloads)('%s over HTTP: %s in the answer', async (_, code, payload) => {
    const answer = await fetch(`${tocsin.url}/api/v1/frames`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${other.id}:${other.secret}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: new Uint8Array(Buffer.from(payload)),
    });
    expect(await answer.json()).toMatchObject({ code, message: expect.any(String) });
    expect(answer.ok).toBe(false);
  });

  test('a reading of a clock that is off is marked, among the newest values and on the chart', async () => {
    const [device] = await tocsin.makeDevices('road-sign', 1);
    const { id, secret } = device!;
    const send = (message: string) => mosquittoPub({ user: id, secret, topic: up(id), message });
    expect(send('{"battery":90}')).toBe(0);
    expect(send('{"time":7000,"battery":80}')).toBe(0);
    await expect.poll(() => latest(id), { timeout: 10_000 }).toMatchObject([{ value: 80, quality: 'clock' }]);
    const { buckets } = await tocsin.call<Series>('GET', `/devices/${id}/series?channel=battery`);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect(buckets.reduce((sum, { clock = 0 }) => sum + clock, 0)).toBe(1);
  });

  test('in a batch harms only its own sample', async () => {
    // Later than what other tests have sent: `latest` is the newest by measured time.
    const time = Date.now();
    const batch = {
      samples: [
        { time, level: 1 },
        { time: time + 1000, level: 'x' },
        { time: time + 2000, level: 3 },
      ],
    };
    expect(
      mosquittoPub({ user: other.id, secret: other.secret, topic: up(other.id), message: JSON.stringify(batch) }),
    ).toBe(0);
    await expect
      .poll(() => latest(other.id), { timeout: 5_000 })
      .toEqual([{ channel: 'level', value: 3, measuredAt: time + 2000 }]);
    const frames = await tocsin.call<QuarantinedFrame[]>('GET', `/quarantine?device=${other.id}`);
    expect(frames.map((frame) => frame.code)).toContain('VALUE_TYPE');
  });
});
