import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Alarm, AlarmDetail, Area, RuleVersion } from '../../src/api/contract.ts';
import { writeGauge } from '../support/device-types.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

const minute = 60_000;
const rising = `- id: rising
  name: { zh: 久高, en: Long high }
  advice: { zh: 去看。, en: Go and look. }
  source: { zh: 测试。, en: Test. }
  severity: orange
  when: level > 10 cm
  for: 10 min
  maxGap: 5 min
`;
const high = (limit: number) => `id: high
name: { zh: 高水位, en: High }
advice: { zh: 去看。, en: Go and look. }
source: { zh: 测试。, en: Test. }
severity: red
when: level > ${limit} cm
`;

/** A Tocsin with gauges in two grids side by side, and rules `high` (at once) and `rising` (after ten minutes). */
async function town() {
  const devicesDir = mkdtempSync(join(tmpdir(), 'tocsin-types-'));
  onTestFinished(() => rmSync(devicesDir, { recursive: true }));
  writeGauge(devicesDir, { max: 500 });
  const file = join(devicesDir, 'gauge', 'rules.yaml');
  writeFileSync(file, readFileSync(file, 'utf8') + rising);
  const tocsin = await TocsinProcess.start({ TOCSIN_DEVICES_DIR: devicesDir, TOCSIN_RULES_CHECKPOINT_EVERY: '1 s' });
  onTestFinished(() => tocsin.remove());
  await tocsin.makeAreas();
  const [there] = await tocsin.makeDevices('gauge', 1);
  const east = [104.1, 104.2].flatMap(
    (x) =>
      [
        [x, 30],
        [x, 30.1],
      ] as [number, number][],
  );
  const ring = [east[0]!, east[2]!, east[3]!, east[1]!, east[0]!];
  const grid: Area = {
    id: 'east',
    tier: 'grid',
    parentId: 'community',
    name: { zh: '东', en: 'East' },
    polygon: { type: 'Polygon', coordinates: [ring] },
  };
  await tocsin.call('PUT', '/areas', [grid]);
  const device = { id: 'gauge-east', type: 'gauge', name: 'East', latitude: 30.05, longitude: 104.15 };
  const elsewhere = await tocsin.call<{ secret: string }>('POST', '/devices', device);
  const secrets = new Map([
    [there!.id, there!.secret],
    [device.id, elsewhere.secret],
  ]);
  return {
    tocsin,
    file,
    report: async (id: string, at: number, ...levels: number[]) => {
      const samples = levels.map((wl, i) => ({ ts: at + i * minute, wl }));
      for (const sample of samples) {
        const answer = await fetch(`${tocsin.url}/api/v1/frames`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Basic ${Buffer.from(`${id}:${secrets.get(id)}`).toString('base64')}`,
          },
          body: JSON.stringify(sample),
        });
        expect(answer.status).toBeLessThan(300);
      }
    },
    set: (scope: string, scopeId: string, text: string) =>
      tocsin.call<RuleVersion>('PUT', '/rules/gauge/high', { scope, scopeId, mode: 'live', text, note: 'test' }),
    alarms: async (rule: string) =>
      (await tocsin.call<Alarm[]>('GET', '/alarms')).filter((alarm) => alarm.ruleId === `gauge/${rule}`),
  };
}

const within = { timeout: 20_000 };

test('a rule changed while it runs judges the next reading, across a power cut, and a hold of another rule completes on time', async () => {
  const { tocsin, report, set, alarms } = await town();
  const at = Date.now() - 30 * minute;
  // Six of the ten minutes that `rising` asks for.
  await report('gauge-0', at, 12, 12, 12, 12, 12, 12);
  await set('area', 'grid', high(11));
  await tocsin.kill();
  await tocsin.run();

  await report('gauge-0', at + 6 * minute, 12, 12, 12, 12, 12);
  await report('gauge-east', at, 12, 12);
  await expect
    .poll(() => alarms('rising'), within)
    .toMatchObject([{ raisedAt: at + 10 * minute, deviceId: 'gauge-0' }]);
  // The new limit holds from the reading after the change on, in its grid only.
  expect(await alarms('high')).toMatchObject([{ deviceId: 'gauge-0', raisedAt: at + 6 * minute, severity: 'red' }]);

  // Put back, the alarm under way ends with the next reading; switched off, one ends by itself, with the reason.
  const versions = await tocsin.call<RuleVersion[]>('GET', '/rules/gauge/high/versions');
  expect(versions).toMatchObject([
    { scopeId: 'grid', by: { name: expect.any(String) } },
    { scope: 'type', by: null },
  ]);
  await tocsin.call('DELETE', '/rules/gauge/high?scope=area&scopeId=grid&note=over');
  await report('gauge-0', at + 11 * minute, 12);
  await expect.poll(() => alarms('high'), within).toMatchObject([{ active: false, clearedAt: at + 11 * minute }]);

  const off = { scope: 'device', scopeId: 'gauge-0', mode: 'off', note: 'works on the road' };
  await tocsin.call('PUT', '/rules/gauge/rising', off);
  await tocsin.kill();
  await tocsin.run();
  await expect.poll(() => alarms('rising'), within).toMatchObject([{ active: false }]);
  const [ended] = await alarms('rising');
  const { changes } = await tocsin.call<AlarmDetail>('GET', `/alarms/${ended!.id}`);
  expect(changes.at(-1)).toMatchObject({ kind: 'cleared', endedBy: 'rule-off' });
}, 180_000);

test('a folder that changed between two starts is a new version, and a rule that is wrong is refused with nothing harmed', async () => {
  const { tocsin, report, set, alarms, file } = await town();
  const at = Date.now() - 30 * minute;
  await expect(set('area', 'east', high(11).replace('level', 'levle'))).rejects.toThrow(/422.*line 6.*levle/);
  await report('gauge-east', at, 12, 12, 31);
  await expect.poll(() => alarms('high'), within).toMatchObject([{ raisedAt: at + 2 * minute, active: true }]);

  await tocsin.stop();
  writeFileSync(file, readFileSync(file, 'utf8').replace('level > 30 cm', 'level > 40 cm'));
  await tocsin.run();
  const versions = await tocsin.call<RuleVersion[]>('GET', '/rules/gauge/high/versions');
  expect(versions).toMatchObject([
    { scope: 'type', by: null, inForce: true, rule: { levels: [{ when: 'level > 40 cm' }] } },
    { scope: 'type', by: null, inForce: false, rule: { levels: [{ when: 'level > 30 cm' }] } },
  ]);
  // The alarm under way goes on until the new limit says otherwise.
  expect(await alarms('high')).toMatchObject([{ active: true }]);
  await report('gauge-east', at + 3 * minute, 35);
  await expect.poll(() => alarms('high'), within).toMatchObject([{ active: false, clearedAt: at + 3 * minute }]);
}, 180_000);
