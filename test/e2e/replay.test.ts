import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt, { type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import type { Alarm, AlarmDetail, QuarantineCount, QuarantinedFrame, Replay, Series } from '../../src/api/contract.ts';
import { type Gauge, writeGauge } from '../support/device-types.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

const run = promisify(execFile);
const minute = 60_000;

/** A Tocsin with the gauge as its only type, one officer on duty, and devices of it. */
async function townWith(gauge: Gauge, devices: number, env: NodeJS.ProcessEnv = {}) {
  const devicesDir = mkdtempSync(join(tmpdir(), 'tocsin-types-'));
  onTestFinished(() => rmSync(devicesDir, { recursive: true }));
  writeGauge(devicesDir, gauge);
  const began = Date.now();
  const tocsin = await TocsinProcess.start({ TOCSIN_DEVICES_DIR: devicesDir, ...env });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  const made = await tocsin.makeDevices('gauge', devices);
  const clients: MqttClient[] = [];
  onTestFinished(async () => void (await Promise.all(clients.map((client) => client.endAsync(true)))));
  for (const { id, secret } of made) {
    const client = mqtt.connect(`mqtt://127.0.0.1:${tocsin.mqttPort}`, { username: id, password: secret });
    client.on('error', () => {});
    clients.push(client);
  }
  return {
    tocsin,
    began,
    ids: made.map(({ id }) => id),
    report: async (device: number, at: number, level: number) =>
      await clients[device]!.publishAsync(`tocsin/v1/${made[device]!.id}/up`, JSON.stringify({ ts: at, wl: level }), {
        qos: 1,
      }),
    /** A corrected file takes effect with a restart. */
    correct: async (corrected: Gauge) => {
      writeGauge(devicesDir, corrected);
      await tocsin.stop();
      await tocsin.run();
    },
    replay: async (...args: string[]) => {
      const file = new URL('../../src/cli/main.ts', import.meta.url).pathname;
      const from = new Date(began).toISOString();
      const child = run(process.execPath, [file, 'replay', '--from', from, '--wait', ...args], {
        env: { ...process.env, TOCSIN_DATA_DIR: tocsin.dataDir, TOCSIN_DEVICES_DIR: devicesDir },
      });
      return (await child).stdout;
    },
    alarms: async () => (await tocsin.call<Alarm[]>('GET', '/alarms')).toSorted((a, b) => a.raisedAt - b.raisedAt),
    quarantined: async () => await tocsin.call<QuarantinedFrame[]>('GET', '/quarantine'),
    counts: async () => await tocsin.call<QuarantineCount[]>('GET', '/quarantine/counts'),
    values: async (device: string, from: number, to: number) => {
      const path = `/devices/${device}/series?channel=level&from=${from}&to=${to}`;
      return (await tocsin.call<Series>('GET', path)).buckets.map((bucket) => bucket.mean);
    },
  };
}

test('frames that a wrong type could not decode are decoded after it is corrected: readings, the late alarm, and nobody called for what is over', async () => {
  const town = await townWith({ max: 10 }, 2);
  const { tocsin, report, ids } = town;
  const at = Date.now() - 30 * minute;
  // One flood is over, one is going on.
  for (const [i, level] of [5, 40, 41, 8].entries()) await report(0, at + i * minute, level);
  for (const [i, level] of [5, 50].entries()) await report(1, at + i * 2 * minute, level);
  await expect.poll(async () => (await town.quarantined()).length, { timeout: 20_000 }).toBe(3);
  expect(await town.alarms()).toEqual([]);

  await town.correct({ max: 500 });
  const said = await town.replay('--type', 'gauge');
  expect(said).toMatch(/Frames decoded again: 6 of 2 devices; still wrong: 0; out of quarantine: 3/);
  expect(said).toMatch(/2 recorded afterwards, 0 retracted, 0 reinstated, 0 corrected/);

  const [over, active] = (await town.alarms()) as [Alarm, Alarm];
  expect(over).toMatchObject({
    deviceId: ids[0],
    active: false,
    raisedAt: at + minute,
    clearedAt: at + 3 * minute,
    count: 2,
    correction: 'raised-late',
    caseId: null,
  });
  expect(active).toMatchObject({ deviceId: ids[1], active: true, correction: 'raised-late' });
  expect(active.caseId).not.toBeNull();
  const detail = await tocsin.call<AlarmDetail>('GET', `/alarms/${over.id}`);
  expect(detail.changes.map(({ kind, at: when, replayId }) => [kind, when, replayId])).toEqual([
    ['raised', at + minute, 1],
    ['cleared', at + 3 * minute, 1],
  ]);
  expect(detail.changes[0]!.recordedAt).toBeGreaterThan(at + 10 * minute);
  expect(await town.values(ids[0]!, at - minute, at + 10 * minute)).toEqual([5, 40, 41, 8]);
  expect((await town.quarantined()).every((frame) => frame.replayId === 1)).toBe(true);
  expect(await town.counts()).toMatchObject([
    { deviceId: ids[1], code: 'VALUE_OUT_OF_RANGE', count: 1, waiting: 0, resolved: 1 },
    { deviceId: ids[0], code: 'VALUE_OUT_OF_RANGE', count: 2, waiting: 0, resolved: 2 },
  ]);

  // It goes on from there: what comes now ends the alarm that was found late.
  await report(1, Date.now(), 3);
  await expect.poll(async () => (await town.alarms())[1]?.active, { timeout: 20_000 }).toBe(false);
  // A second time there is nothing to correct.
  expect(await town.replay('--type', 'gauge')).toMatch(/0 recorded afterwards, 0 retracted, 0 reinstated, 0 corrected/);
}, 240_000);

test('an alarm that a wrong unit has raised is taken back, its case closed, and comes back when the correction was the mistake', async () => {
  const town = await townWith({ max: 500, unit: 'm' }, 1);
  const { tocsin, report } = town;
  // 0.4 cm, taken for 0.4 m.
  await report(0, Date.now() - 5 * minute, 0.4);
  await expect.poll(async () => (await town.alarms()).length, { timeout: 20_000 }).toBe(1);
  const [wrong] = await town.alarms();
  expect(wrong).toMatchObject({ active: true, severity: 'red', correction: null });

  await town.correct({ max: 500 });
  expect(await town.replay('--device', 'gauge-0')).toMatch(/0 recorded afterwards, 1 retracted/);
  const detail = await tocsin.call<AlarmDetail>('GET', `/alarms/${wrong!.id}`);
  expect(detail).toMatchObject({ active: false, correction: 'retracted', case: { status: 'closed' } });
  expect(detail.changes.map((change) => change.kind)).toEqual(['raised', 'retracted']);
  expect(detail.case?.steps.map((step) => step.kind).slice(-2)).toEqual(['retracted', 'closed']);

  await town.correct({ max: 500, unit: 'm' });
  expect(await town.replay('--device', 'gauge-0')).toMatch(/0 retracted, 1 reinstated/);
  const again = await tocsin.call<AlarmDetail>('GET', `/alarms/${wrong!.id}`);
  expect(again).toMatchObject({ active: true, correction: 'corrected', case: { status: 'dispatched' } });
}, 240_000);

test('killed at any moment of a replay, it is done once in the end', async () => {
  const town = await townWith({ max: 10 }, 1);
  const { tocsin, report } = town;
  const at = Date.now() - 60 * minute;
  for (let i = 0; i < 30; i++) await report(0, at + i * minute, i % 10 === 5 ? 40 : 3);
  await expect.poll(async () => (await town.quarantined()).length, { timeout: 20_000 }).toBe(3);
  await town.correct({ max: 500 });
  for (const afterMs of [0, 900]) {
    await tocsin.call<Replay>('POST', '/replays', { from: town.began, deviceId: 'gauge-0' });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await tocsin.kill();
    await tocsin.run();
  }
  const replays = () => tocsin.call<Replay[]>('GET', '/replays');
  await expect
    .poll(async () => (await replays()).every((replay) => replay.state === 'done'), { timeout: 30_000 })
    .toBe(true);
  expect((await replays()).map((replay) => replay.judged?.raisedLate).reduce((a, b) => a! + b!)).toBe(3);
  const alarms = await town.alarms();
  expect(alarms.map((alarm) => [alarm.raisedAt, alarm.clearedAt])).toEqual(
    [5, 15, 25].map((i) => [at + i * minute, at + (i + 1) * minute]),
  );
  for (const { id } of alarms) {
    const { changes } = await tocsin.call<AlarmDetail>('GET', `/alarms/${id}`);
    expect(changes.map((change) => change.kind)).toEqual(['raised', 'cleared']);
  }
}, 240_000);
