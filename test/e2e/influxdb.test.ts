import mqtt, { type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import type { Alarm } from '../../src/api/contract.ts';
import { startInflux } from '../support/influx.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

const perSecond = 200;

function connect(tocsin: TocsinProcess, { id, secret }: { id: string; secret: string }): MqttClient {
  const client = mqtt.connect(`mqtt://127.0.0.1:${tocsin.mqttPort}`, { clientId: id, username: id, password: secret });
  onTestFinished(() => client.endAsync(true));
  return client;
}

test('InfluxDB away for a while: alarms are on time meanwhile, and afterwards nothing is missing in it', async () => {
  const influx = await startInflux();
  onTestFinished(() => influx.remove());
  const tocsin = await TocsinProcess.start({
    TOCSIN_TELEMETRY_ENGINE: 'influxdb',
    TOCSIN_TELEMETRY_INFLUXDB_URL: influx.url,
  });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  const gauges = await tocsin.makeDevices('flood-gauge', 5);
  const [elder] = await tocsin.makeDevices('elder-wristband', 1);
  const clients = gauges.map((gauge) => connect(tocsin, gauge));
  const band = connect(tocsin, elder!);

  const began = Date.now() - 86_400_000;
  const acked: number[] = gauges.map(() => 0);
  const sent: number[] = gauges.map(() => 0);
  const load = setInterval(
    () => {
      for (const [i, client] of clients.entries()) {
        const step = sent[i]!++;
        client.publish(
          `tocsin/v1/${gauges[i]!.id}/up`,
          JSON.stringify({ time: began + step * 1000, level: step % 7 }),
          { qos: 1 },
          (error) => {
            if (!error) acked[i]!++;
          },
        );
      }
    },
    1000 / (perSecond / gauges.length),
  );
  onTestFinished(() => clearInterval(load));

  /** Resolves when so many more readings have been acknowledged. */
  const more = async (count: number) => {
    const sum = () => acked.reduce((all, one) => all + one, 0);
    const until = sum() + count;
    await expect.poll(sum, { timeout: 20_000 }).toBeGreaterThanOrEqual(until);
  };
  await expect
    .poll(async () => (await tocsin.metrics()).tocsin_telemetry_readings_total ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(100);
  await influx.stop();
  await more(100);

  // The alarm is on the console while the telemetry store is away, and Tocsin says what is the matter.
  await band.publishAsync(`tocsin/v1/${elder!.id}/up`, '{"sos":true,"worn":true}', { qos: 1 });
  const alarms = () => tocsin.call<Alarm[]>('GET', '/alarms?active=true');
  await expect
    .poll(async () => (await alarms()).map((alarm) => alarm.ruleId), { timeout: 5_000 })
    .toEqual(['elder-wristband/sos']);
  const ready = async () =>
    (await (await fetch(`${tocsin.url}/health/ready`)).json()) as {
      ok: boolean;
      parts: { telemetry: { detail?: string } };
    };
  await expect
    .poll(async () => (await ready()).parts.telemetry.detail, { timeout: 10_000 })
    .toMatch(/wait in the journal/);
  expect((await ready()).ok).toBe(true);
  await more(200);

  await influx.restart();
  await more(100);
  clearInterval(load);
  await expect.poll(() => acked).toEqual(sent);
  await expect.poll(async () => (await ready()).parts.telemetry.detail, { timeout: 20_000 }).toBeUndefined();
  // What was acknowledged last may be on its way still; what is never written, or written twice, is seen all the same.
  const rowsOf = (id: string) => influx.query('tocsin', `SELECT "level" FROM "reading" WHERE "device" = '${id}'`);
  for (const [i, gauge] of gauges.entries()) {
    await expect
      .poll(async () => (await rowsOf(gauge.id)).map(([time, level]) => [(Number(time) - began) / 1000, level]), {
        timeout: 20_000,
      })
      .toEqual(Array.from({ length: sent[i]! }, (_, step) => [step, step % 7]));
  }
}, 240_000);
