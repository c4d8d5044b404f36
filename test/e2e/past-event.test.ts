import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import type { Alarm } from '../../src/api/contract.ts';
import { backtest } from '../../src/cli/backtest/backtest.ts';
import { randomFrom } from '../support/random.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

const hour = 3_600_000;
/** Rules that go by what was measured and by nothing else. */
const rules = ['flood-gauge/waterlogging', 'flood-gauge/fast-rise'];

interface Told {
  rule: string;
  raised: number;
  cleared: number | null;
  peak: string;
  count: number;
}

/** The readings of the example, as if they had been measured at another time. */
function readings(shiftMs: number): { time: number; level: number }[] {
  const [, ...lines] = readFileSync('docs/examples/flood-gauge.csv', 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [time, level] = line.split(',') as [string, string];
    return { time: Date.parse(`${time}+08:00`) + shiftMs, level: Number(level) };
  });
}

/** What a backtest says of them. */
async function expected(samples: { time: number; level: number }[]): Promise<Told[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-past-event-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'readings.csv');
  writeFileSync(file, ['time,level', ...samples.map(({ time, level }) => `${time},${level}`)].join('\n'));
  const { text } = await backtest(['--type', 'flood-gauge', '--data', file, '--json']);
  const { ledger } = JSON.parse(text) as {
    ledger: { rule: string; raised: string; cleared: string | null; peak: string; count: number }[];
  };
  const at = (time: string | null) => (time === null ? null : Date.parse(time));
  return inOrder(
    ledger.map(({ rule, raised, cleared, peak, count }) => ({
      rule,
      raised: at(raised)!,
      cleared: at(cleared),
      peak,
      count,
    })),
  );
}

const inOrder = (alarms: Told[]) =>
  alarms.filter(({ rule }) => rules.includes(rule)).sort((a, b) => a.raised - b.raised || (a.rule < b.rule ? -1 : 1));

test('a flood of years ago, and one moved to today, are alarmed over MQTT as in a backtest, whatever their order and a power cut', async () => {
  const tocsin = await TocsinProcess.start({
    TOCSIN_INTAKE_MAX_AGE: '9999 d',
    TOCSIN_TELEMETRY_RETENTION_RAW: '10000 d',
  });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  const made = await tocsin.makeDevices('flood-gauge', 3);
  const past = readings(-7 * 365 * 24 * hour);
  const today = readings(Date.now() - readings(0).at(-1)!.time);
  const random = randomFrom(5);
  // Each up to an hour late, which is less than the type's lateness, and one in ten of them twice.
  const shuffled = (samples: typeof past) =>
    samples
      .flatMap((sample) => (random() < 0.1 ? [sample, sample] : [sample]))
      .map((sample) => ({ sample, comes: sample.time + random() * hour }))
      .sort((a, b) => a.comes - b.comes)
      .map(({ sample }) => sample);
  const feeds = [past, shuffled(past), shuffled(today)];

  const publish = async (part: (all: typeof past) => typeof past) => {
    for (const [i, { id, secret }] of made.entries()) {
      const options = { username: id, password: secret };
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${tocsin.mqttPort}`, options);
      const topic = `tocsin/v1/${id}/up`;
      await Promise.all(
        part(feeds[i]!).map((sample) => client.publishAsync(topic, JSON.stringify(sample), { qos: 1 })),
      );
      await client.endAsync();
    }
  };
  await publish((all) => all.slice(0, 250));
  await tocsin.kill();
  await tocsin.run();
  await publish((all) => all.slice(250));

  const told = async (id: string) => {
    const alarms = await tocsin.call<Alarm[]>('GET', `/alarms?device=${id}&limit=200`);
    return inOrder(
      alarms
        .filter(({ correction }) => correction !== 'retracted')
        .map(({ ruleId, raisedAt, clearedAt, peakSeverity, count }) => {
          return { rule: ruleId, raised: raisedAt, cleared: clearedAt, peak: peakSeverity, count };
        }),
    );
  };
  const [then, now] = [await expected(past), await expected(today)];
  expect(then.length).toBeGreaterThan(3);
  for (const [i, wanted] of [then, then, now].entries())
    await expect.poll(() => told(made[i]!.id), { timeout: 20_000 }).toEqual(wanted);
}, 60_000);
