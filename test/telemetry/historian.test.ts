import { afterAll, beforeAll, expect, test } from 'vitest';
import { clockMarkOf } from '../../src/model/reading.ts';
import type { HistorianFunctions } from '../../src/roles/messages.ts';
import { Settings } from '../../src/settings/schema.ts';
import type { StartedWorker } from '../../src/shared/worker.ts';
import { getCheckpoint } from '../../src/store/checkpoint.ts';
import { appendFrames } from '../support/append-frames.ts';
import { type InfluxServer, startInflux } from '../support/influx.ts';
import { missingOrWrong, start, townOfGauges } from './historian-setup.ts';

const devices = ['gauge-1', 'gauge-2', 'gauge-3'];
/** Starting a thread takes a second on a busy machine; nothing here depends on how long it takes. */
const patiently = { timeout: 20_000, interval: 5 };
const embedded = Settings.parse({}).telemetry;
let influx: InfluxServer;

beforeAll(async () => {
  influx = await startInflux();
});

afterAll(async () => {
  await influx?.remove();
});

/** A database of its own for a test. */
function influxdb(database: string): Settings['telemetry'] {
  return Settings.parse({
    telemetry: { engine: 'influxdb', influxdb: { url: influx.url, database, manageRetention: 'never' } },
  }).telemetry;
}

async function caughtUp(historian: StartedWorker<HistorianFunctions>): Promise<void> {
  const state = async () => {
    const { offset, end, trouble } = await historian.remote.status();
    return { behind: end - offset, trouble };
  };
  await expect.poll(state, patiently).toEqual({ behind: 0, trouble: null });
}

async function metric(historian: StartedWorker<HistorianFunctions>, name: string): Promise<number | undefined> {
  const metrics = await historian.remote.metrics();
  return metrics.find((it) => it.name === name)?.values[0]?.value;
}

test('frames become readings, and wrong ones, unknown ones and ticks are passed over', async () => {
  const town = await townOfGauges(devices, embedded);
  await town.send(10);
  for (const payload of ['not json', '{"level": "deep"}', '{"level": 9999}', '{"depth": 1}']) {
    const frame = {
      deviceId: 'gauge-1',
      topic: '',
      via: 'mqtt',
      receivedAt: start,
      payload: Buffer.from(payload),
    } as const;
    town.journal.append(0, { kind: 'frame', frame }, () => {});
    town.journal.append(0, { kind: 'frame', frame: { ...frame, deviceId: 'nobody' } }, () => {});
  }
  town.journal.append(0, { kind: 'tick', at: start }, () => {});
  await town.send(10);

  const historian = town.startHistorian();
  await caughtUp(historian);
  expect(await missingOrWrong(town, historian, devices)).toEqual([]);
  expect(await historian.remote.latest('gauge-2', ['level', 'battery', 'rain'])).toEqual([
    { channel: 'level', value: 19, measuredAt: start + 19_000 },
    { channel: 'battery', value: 96, measuredAt: start + 19_000 },
  ]);
  expect(await metric(historian, 'tocsin_telemetry_lag_entries')).toBe(0);
  expect(await metric(historian, 'tocsin_telemetry_readings_total')).toBe(40);
});

test('readings of a device whose clock is off are marked, each of them, and no others', async () => {
  const town = await townOfGauges(devices, embedded);
  await town.send(1);
  const payload = JSON.stringify({ time: '1970-01-01T00:07:00Z', level: 12, battery: 90 });
  await appendFrames(town.journal, 1, () => ({ deviceId: 'gauge-1', payload, receivedAt: start + 60_000 }));
  const historian = town.startHistorian();
  await caughtUp(historian);
  const span = { deviceId: 'gauge-1', from: start, to: start + 120_000, stepMs: 60_000 };
  const counts = async (channel: string) =>
    (await historian.remote.range({ ...span, channel })).map(({ at, count }) => [at - start, count]);
  expect(await counts('level')).toEqual([
    [0, 1],
    [60_000, 1],
  ]);
  for (const channel of ['level', 'battery']) expect(await counts(clockMarkOf(channel))).toEqual([[60_000, 1]]);
});

test('a device made after the start is known with its first frame', async () => {
  const town = await townOfGauges([], embedded);
  const historian = town.startHistorian();
  await caughtUp(historian);
  await town.addDevice('late');
  const frame = {
    deviceId: 'late',
    topic: '',
    via: 'mqtt',
    receivedAt: start,
    payload: Buffer.from('{"level":7}'),
  } as const;
  town.journal.append(0, { kind: 'frame', frame }, () => {});
  await expect.poll(() => historian.remote.latest('late', ['level']), patiently).toMatchObject([{ value: 7 }]);
});

test('a historian that dies in the middle, and one that is stopped, are gone on from', async () => {
  const town = await townOfGauges(devices, embedded);
  await town.send(6000);
  const first = town.startHistorian();
  await expect.poll(async () => (await first.remote.status()).offset, patiently).toBeGreaterThan(0);
  await first.terminate();

  await town.send(1000);
  const second = town.startHistorian();
  await caughtUp(second);
  await second.remote.stop();
  await second.terminate();
  expect(await getCheckpoint(town.store, 'telemetry', 0)).toBe(7000);

  await town.send(1000);
  const third = town.startHistorian();
  await caughtUp(third);
  expect(await missingOrWrong(town, third, devices)).toEqual([]);
  // Only what came since was written again.
  expect(await metric(third, 'tocsin_telemetry_readings_total')).toBe(2000);
}, 240_000);

test('InfluxDB stopped in the middle: questions fail with a reason, and afterwards there is no gap and nothing twice', async () => {
  const town = await townOfGauges(devices, influxdb('stopped'));
  const historian = town.startHistorian();
  await town.send(3000);
  await expect.poll(async () => (await historian.remote.status()).offset, patiently).toBeGreaterThan(0);
  await influx.stop();
  await town.send(3000);
  await expect.poll(async () => (await historian.remote.status()).trouble, patiently).toContain(influx.url);
  await expect(historian.remote.latest('gauge-1', ['level'])).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
  await town.send(3000);
  await influx.restart();
  await caughtUp(historian);
  expect(await missingOrWrong(town, historian, devices)).toEqual([]);
  expect(await influx.query('stopped', 'SELECT COUNT("level") FROM "reading"')).toEqual([[0, 9000]]);
});

test('InfluxDB killed again and again while it is written to: what it took it has, the rest comes again', async () => {
  const town = await townOfGauges(devices, influxdb('killed'));
  const historian = town.startHistorian();
  for (let kills = 0; kills < 3; kills += 1) {
    const sending = town.send(4000);
    const before = (await historian.remote.status()).offset;
    await expect.poll(async () => (await historian.remote.status()).offset, patiently).toBeGreaterThan(before);
    await influx.kill();
    await sending;
    await influx.restart();
  }
  await caughtUp(historian);
  expect(await missingOrWrong(town, historian, devices)).toEqual([]);
  expect(await influx.query('killed', 'SELECT COUNT("level") FROM "reading"')).toEqual([[0, 12_000]]);
});

test('questions are answered while a backlog is written', async () => {
  const town = await townOfGauges(devices, embedded);
  await town.send(40_000);
  const historian = town.startHistorian();
  let answers = 0;
  for (;;) {
    await historian.remote.latest('gauge-1', ['level']);
    const { offset, end } = await historian.remote.status();
    if (offset === end) break;
    if (offset > 0) answers += 1;
  }
  // A batch is at most 5,000 readings, here 2,500 frames: the backlog has sixteen of them.
  expect(answers).toBeGreaterThan(4);
});
