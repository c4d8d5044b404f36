import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { backtest } from '../../src/cli/backtest/backtest.ts';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-backtest-devices-test-'));
const head = 'name: { zh: 名, en: Name }\nadvice: { zh: 做, en: Do }\nsource: { zh: 源, en: From }\nseverity: red\n';

afterEach(() => {
  delete process.env.TOCSIN_SITE_FILE;
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A reading of each device each minute from ten to ten past. */
function readings(name: string, channel: string, values: Record<string, number>): string {
  const lines = Array.from({ length: 11 }, (_, minute) =>
    Object.entries(values).map(([id, value]) => `2026-03-02T10:${String(minute).padStart(2, '0')}:00Z,${id},${value}`),
  );
  return file(name, `time,device,${channel}\n${lines.flat().join('\n')}\n`);
}

/** Devices that had an alarm of the rule, and what was noted. */
async function alarms(when: string, ...args: string[]) {
  const rules = file('rule.yaml', `id: r\n${head}when: ${when}\n`);
  const { text } = await backtest(['--type', 'flood-gauge', '--rules', rules, '--json', ...args]);
  const { ledger, notes } = JSON.parse(text) as { ledger: { device: string }[]; notes: { en: string; zh: string }[] };
  return { devices: ledger.map(({ device }) => device).sort(), notes: notes.map(({ en }) => en).join('\n') };
}

const gauges = readings('gauges.csv', 'level', { 'gauge-1': 20, 'gauge-2': 20, 'gauge-3': 2, 'gauge-4': 20 });
const covers = readings('covers.csv', 'water_level', { 'cover-1': -10, 'cover-2': -100 });
const standing = file(
  'devices.csv',
  `设备,纬度,longitude,grid,district
gauge-1,30,104,g1,d1
gauge-2,30.001,104,g1,d1
gauge-3,30.002,104,g1,d1
gauge-4,31,104,g2,d1
cover-1,30,104.001,g1,d1
cover-2,30,104.001,g1,d1
`,
);

test('a file says where devices stand, for rules about several of them', async () => {
  const given = ['--data', gauges, '--devices', standing];
  expect(await alarms('level > 10 cm && devices(grid, level > 10 cm) >= 2', ...given)).toEqual({
    devices: ['gauge-1', 'gauge-2'],
    notes: '',
  });
  expect((await alarms('level > 10 cm && devices(district, level > 10 cm) >= 3', ...given)).devices).toHaveLength(3);
  expect((await alarms('devices(150 m, level > 10 cm) >= 2', ...given)).devices).toEqual(['gauge-1', 'gauge-2']);
  expect((await alarms('level < neighbours(grid, level, 2).min', ...given)).devices).toEqual(['gauge-3']);
});

test('readings of another type are those of devices that are asked', async () => {
  const rule = 'level > 10 cm && devices(500 m, "manhole-cover", water_level > -20 cm) >= 1';
  const given = ['--data', gauges, '--devices', standing];
  const heard = await alarms(rule, ...given, '--data', `manhole-cover=${covers}`);
  expect(heard).toEqual({ devices: ['gauge-1', 'gauge-2'], notes: '' });
  const unheard = await alarms(rule, ...given);
  expect(unheard.devices).toEqual([]);
  expect(unheard.notes).toContain('--data manhole-cover=<file> gives them');
});

test('what is not known of where devices stand is told', async () => {
  const rule = 'level > 10 cm && devices(grid, level > 10 cm) >= 2';
  const unknown = await alarms(rule, '--data', gauges);
  expect(unknown.devices).toEqual([]);
  expect(unknown.notes).toContain('--devices says where they stand');
});

test('paths of drainage are those of the site file', async () => {
  process.env.TOCSIN_SITE_FILE = file('site.yaml', 'drainage:\n  - [gauge-3, gauge-1, gauge-2]\n');
  const rule = 'devices(downstream, level > 10 cm) >= 2';
  expect(await alarms(rule, '--data', gauges)).toEqual({ devices: ['gauge-3'], notes: '' });
});

test('a list of devices that cannot be read is refused with its line', async () => {
  const bad = (name: string, text: string) => alarms('level > 1 cm', '--data', gauges, '--devices', file(name, text));
  await expect(bad('nothing.csv', 'name,where\na,b\n')).rejects.toThrow(
    /nothing\.csv: the first line must name the col/,
  );
  await expect(bad('far.csv', 'device,latitude\ngauge-1,301\n')).rejects.toThrow(
    /far\.csv:2: "301" is not between -90 and/,
  );
  await expect(bad('odd.csv', 'device,grid\ngauge-1,g\n你好,g\n')).rejects.toThrow(
    /odd\.csv:3: "你好" is no name of a device/,
  );
});
