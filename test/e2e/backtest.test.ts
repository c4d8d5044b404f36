import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Alarm, Backtest, Explanation, ShadowComparison } from '../../src/api/contract.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

const minute = 60_000;

const earlier = `
id: waterlogging
name: { zh: 道路积水, en: Waterlogging }
advice: { zh: 到场查看。, en: Go and look. }
source: { zh: 测试, en: test }
levels:
  - severity: blue
    when: level >= 6 cm
    clear: level < 5 cm
  - severity: red
    when: level >= 27 cm
    clear: level < 22 cm
    clearFor: 15 min
`;

async function finished(tocsin: TocsinProcess, id: number): Promise<Backtest> {
  for (;;) {
    const job = await tocsin.call<Backtest>('GET', `/backtests/${id}`);
    if (job.finishedAt !== null) return job;
    await sleep(200);
  }
}

test('rules are tried on what has been kept, held against those in force, and explained', async () => {
  const tocsin = await TocsinProcess.start({ TOCSIN_DEVICES_DIR: 'test/backtest/types' });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  type Made = { id: string; secret: string };
  const [gauge, other] = (await tocsin.makeDevices('flood-gauge', 2)) as [Made, Made];
  const start = Math.floor((Date.now() - 90 * minute) / minute) * minute;
  const levels = [...Array(20).fill(3), ...Array(10).fill(8), ...Array(10).fill(30), ...Array(30).fill(2)];
  const samples = levels.map((level, i) => ({ time: start + i * minute, level }));
  const send = async (payload: unknown, { id, secret } = gauge) => {
    const sent = await fetch(`${tocsin.url}/api/v1/frames`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}`, 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    expect(sent.ok).toBe(true);
  };
  await send({ samples });
  const isKept = async ({ id }: Made) =>
    await expect
      .poll(async () => (await tocsin.call<{ measuredAt: number }[]>('GET', `/devices/${id}/latest`))[0]?.measuredAt, {
        timeout: 20_000,
      })
      .toBe(samples.at(-1)!.time);
  await isKept(gauge);

  const ask = { deviceType: 'flood-gauge', from: start, to: Date.now() };
  const asked = await tocsin.call<Backtest>('POST', '/backtests', { ...ask, rules: earlier });
  const job = await finished(tocsin, asked.id);
  expect(job).toMatchObject({ state: 'done', progress: 1, error: null });
  const at = (index: number) => samples[index]!.time;
  expect(job.result).toMatchObject({
    counts: { readings: 70, devices: 1, alarms: 1 },
    ledger: [{ rule: 'flood-gauge/waterlogging', device: gauge.id, raised: at(20), cleared: at(55), peak: 'red' }],
    difference: { same: 0, added: 0, removed: 0, changed: 1 },
  });
  expect(job.result!.difference!.alarms[0]).toMatchObject({ kind: 'changed', before: { raised: at(30) } });

  const inForce = await finished(tocsin, (await tocsin.call<Backtest>('POST', '/backtests', ask)).id);
  expect(inForce.result).toMatchObject({ difference: null, counts: { byRule: { 'flood-gauge/waterlogging': 1 } } });

  const explain = async (rule: string, time: number) =>
    await tocsin.call<Explanation>('GET', `/devices/${gauge.id}/explain?rule=${rule}&at=${time}`);
  expect(await explain('waterlogging', at(25))).toMatchObject({ alarm: null, lastAt: at(25) });
  const active = await explain('flood-gauge/waterlogging', at(45));
  expect(active.alarm).toMatchObject({ raised: at(30) });
  expect(active.text.en).toContain('to end it: level < 22 cm holds (2 cm); 5 min of 15 min');
  expect(active.text.zh).toContain('15 分 中已持续 5 分');

  const wrong = { ...ask, rules: earlier.replace('6 cm', '6 mg/m3') };
  await expect(tocsin.call('POST', '/backtests', wrong)).rejects.toThrow(
    /422 .*RULE_INVALID.*line \d+: .*mg\/m3.*第 \d+ 行：.*mg\/m3 是质量\/体积/s,
  );
  expect(await tocsin.call<Backtest[]>('GET', '/backtests')).toHaveLength(2);
  await expect(tocsin.call('POST', '/backtests', { ...ask, deviceIds: ['nobody'] })).rejects.toThrow(/nobody/);

  // A rule that asks the gauges around hears them, also those that it is not tried on.
  await send({ samples }, other);
  await isKept(other);
  const together = `${earlier.split('levels:')[0]}severity: red\nwhen: devices(grid, level >= 27 cm) >= 2\n`;
  const asking = await tocsin.call<Backtest>('POST', '/backtests', { ...ask, deviceIds: [gauge.id], rules: together });
  expect((await finished(tocsin, asking.id)).result).toMatchObject({
    ledger: [{ device: gauge.id, raised: at(30), cleared: at(40) }],
    notes: [],
  });
  const text = together.replace('id: waterlogging', 'id: together').trim();
  const added = { scope: 'area', scopeId: 'district', mode: 'live', text, note: 'two at once' };
  await tocsin.call('PUT', '/rules/flood-gauge/together', added);
  expect(await explain('together', at(35))).toMatchObject({
    alarm: { raised: at(30) },
    levels: [{ when: { parts: [{ holds: true, value: 2, limit: 2 }] } }],
  });

  // The same rule beside the live one: it raises earlier, and nobody is told.
  const path = '/rules/flood-gauge/waterlogging';
  const change = { scope: 'device', scopeId: gauge.id, mode: 'shadow', text: earlier.trim(), note: 'six centimetres?' };
  await tocsin.call('PUT', path, change);
  const compared = async () => await tocsin.call<ShadowComparison>('GET', `${path}/shadow`);
  expect(await compared()).toMatchObject({
    devices: 1,
    agree: 0,
    otherwise: 0,
    onlyLive: 0,
    onlyShadow: 0,
    alarms: [],
  });
  const before = await tocsin.call<Alarm[]>('GET', '/alarms');
  await send({ level: 8 });
  await expect.poll(async () => (await compared()).onlyShadow, { timeout: 20_000 }).toBe(1);
  expect((await compared()).alarms).toMatchObject([
    { kind: 'added', device: gauge.id, now: { peak: 'blue', cleared: null } },
  ]);
  expect(await tocsin.call<Alarm[]>('GET', '/alarms')).toEqual(before);

  // What was before a change is explained by the rule as it was; when it was off, that is what is said.
  await tocsin.call('PUT', path, { ...change, mode: 'live', note: 'six' });
  const earlierSince = Date.now();
  const off = { scope: 'device', scopeId: gauge.id, mode: 'off', note: 'mended' };
  await tocsin.call('PUT', path, off);
  const asItWas = await explain('waterlogging', at(25));
  expect(asItWas).toMatchObject({ alarm: null });
  expect(asItWas.levels[0]!.when.source).toBe('level >= 10 cm');
  expect(await explain('waterlogging', earlierSince)).toMatchObject({
    levels: [{ when: { source: 'level >= 6 cm' } }, {}],
  });
  const whileOff = await explain('waterlogging', Date.now());
  expect(whileOff).toMatchObject({ alarm: null, off: { version: expect.any(Number) }, levels: [] });
  expect(whileOff.text.en).toMatch(/was switched off here from .* on \(version \d+\)/);
  expect(whileOff.text.zh).toMatch(/起在此停用（第 \d+ 版）/);
});
