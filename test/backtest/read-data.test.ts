import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { DataOptions } from '../../src/backtest/data/data-options.ts';
import { DataReport } from '../../src/backtest/data/data-report.ts';
import { readData } from '../../src/backtest/data/read-data.ts';
import { loadDeviceType } from '../../src/devices/registry.ts';
import type { Sample } from '../../src/model/sample.ts';
import { tempDir } from '../support/temp-dir.ts';

const type = loadDeviceType('test/backtest/types/flood-gauge');
const hour = 3_600_000;
const at = Date.parse('2021-07-20T08:00:00+08:00');

async function read(content: string | Buffer, options: Partial<DataOptions> = {}) {
  const file = join(await tempDir(), 'readings');
  writeFileSync(file, content);
  const report = new DataReport();
  const all: DataOptions = {
    type,
    device: 'd',
    channel: null,
    named: new Map(),
    zone: 8 * hour,
    dates: null,
    limits: { maxFutureMs: 300_000, maxAgeMs: 30 * 24 * hour },
    ...options,
  };
  const samples: Sample[] = [];
  for await (const batch of readData(file, all, report)) samples.push(...batch);
  return { samples, report };
}

const sample = (minute: number, values: Record<string, number>, deviceId = 'd', receivedMinute = minute): Sample => {
  const [measuredAt, receivedAt] = [at + minute * 60_000, at + receivedMinute * 60_000];
  return { deviceId, measuredAt, receivedAt, values };
};

test('times, units, missing values and line ends as people have them', async () => {
  const text = [
    '\ufeff"time";level[m];"rain (mm)";remark',
    '2021-07-20 08:00:00;0.124;0.4;"calm; dry"',
    '2021/7/20 8:01;;NA;x',
    `${at / 1000 + 120};-;1.5e0;`,
    `${at + 180_000}; 0.2 ;null;`,
    '2021-07-20T00:04:00Z;0.3;;',
    '2021-07-19 24:00:00;0.1;;',
    '',
    '',
  ].join('\r\n');
  const { samples, report } = await read(text);
  expect(samples).toEqual([
    sample(0, { level: 12.4, rain: 0.4 }),
    sample(2, { rain: 1.5 }),
    sample(3, { level: 20 }),
    sample(4, { level: 30 }),
    sample(-8 * 60, { level: 10 }),
  ]);
  expect(report.problems.count).toBe(0);
  expect(report).toMatchObject({ lines: 6, readings: 6 });
  expect(report.notes).toEqual([
    { zh: expect.stringContaining('remark'), en: expect.stringContaining('left aside: remark') },
  ]);
});

test('what cannot be read is counted, named with its line, and left out alone', async () => {
  const lines = ['time,level,battery', '2021-07-20 08:00,abc,90', 'yesterday,3,90', '2021-02-30 08:00,3,90'];
  lines.push('2021-07-20 08:01,9999,91', '2021-07-20 08:02,0x10', '2021-07-20 25:00,1,1', '"2021-07-20 08:03",4,');
  const { samples, report } = await read(lines.join('\n'));
  expect(samples).toEqual([sample(0, { battery: 90 }), sample(1, { battery: 91 }), sample(3, { level: 4 })]);
  expect(report.problems.first.map(({ line, code }) => [line, code])).toEqual([
    [2, 'VALUE_TYPE'],
    [3, 'TIME_INVALID'],
    [4, 'TIME_INVALID'],
    [5, 'VALUE_OUT_OF_RANGE'],
    [6, 'VALUE_TYPE'],
    [7, 'TIME_INVALID'],
  ]);
});

test('the delimiter is the one between the names of the columns, however short the file', async () => {
  const { samples, report } = await read('time;level\n2021-07-20 08:00;5\n2021-07-20 08:01;6,5\n');
  expect(samples).toEqual([sample(0, { level: 5 }), sample(1, { level: 6.5 })]);
  expect(report.problems.count).toBe(0);
  const quoted = await read('time,level\n2021-07-20 08:00,"1,234"\n');
  expect(quoted.report.problems.first.map(({ line, code }) => [line, code])).toEqual([[2, 'VALUE_TYPE']]);
});

test('a line with more cells than columns is left out: a decimal comma would be a whole number', async () => {
  const { samples, report } = await read('time,level\n2021-07-20 08:00,5,\n2021-07-20 08:01,6,5\n');
  expect(samples).toEqual([sample(0, { level: 5 })]);
  expect(report.problems.first.map(({ line, code }) => [line, code])).toEqual([[3, 'PAYLOAD_SHAPE']]);
});

test('the columns of time and device may be named', async () => {
  const named = new Map([
    ['when', 'time'],
    ['gauge', 'device'],
    ['depth', 'level[m]'],
  ]);
  const { samples } = await read('when,gauge,depth\n2021-07-20 08:00,G-1,0.05\n', { named });
  expect(samples).toEqual([sample(0, { level: 5 }, 'G-1')]);
  const twice = await read('time,when,gauge,depth (m)\n1,2021-07-20 08:00,G-1,0.05\n', {
    named: new Map([...named, ['depth', 'level']]),
  });
  expect(twice.samples).toEqual([sample(0, { level: 5 }, 'G-1')]);
  const days = new Map([
    ['Datum', 'date'],
    ['Uhrzeit', 'time'],
  ]);
  const apart = await read('Datum;Uhrzeit;level\n20.07.2021;08:01;5\n', { named: days });
  expect(apart.samples).toEqual([sample(1, { level: 5 })]);
  await expect(read('when,level\n2021-07-20 08:00,5\n')).rejects.toThrow('--column <header>=time');
});

test('devices, received times, and columns that have other names', async () => {
  const lines = [
    'Station,stage,time,receivedAt',
    'G-1,12,2021-07-20 08:00,2021-07-20 08:05',
    'G-2,13,2021-07-20 08:00,',
  ];
  // No device id; and a clock that is off by weeks, which says nothing about when it was measured.
  lines.push('G 3,1,2021-07-20 08:00,', 'G-1,14,2021-06-01 08:00,2021-07-20 08:06');
  const { samples, report } = await read(lines.join('\n'), { named: new Map([['stage', 'level']]) });
  expect(samples).toEqual([
    sample(0, { level: 12 }, 'G-1', 5),
    sample(0, { level: 13 }, 'G-2'),
    sample(6, { level: 14 }, 'G-1', 6),
  ]);
  expect(report.hasReceived).toBe(true);
  expect(report.problems.first.map(({ line, code }) => [line, code])).toEqual([
    [4, 'DEVICE_UNKNOWN'],
    [5, 'TIME_TOO_OLD'],
  ]);
});

test('a value column, one channel a line, labels in Chinese, GB 18030 and gzip', async () => {
  expect((await read('time,value\n2021-07-20 08:00,7\n')).samples).toEqual([sample(0, { level: 7 })]);
  expect((await read('time,value (m)\n2021-07-20 08:00,0.7\n', { channel: 'level' })).samples).toEqual([
    sample(0, { level: 70 }),
  ]);
  const long = 'time,channel,value\n2021-07-20 08:00,level,7\n2021-07-20 08:00,salt,7\n2021-07-20 08:00,rain,1\n';
  const { samples, report } = await read(gzipSync(long));
  expect(samples).toEqual([sample(0, { level: 7 }), sample(0, { rain: 1 })]);
  expect(report.problems.counts).toEqual({ CHANNEL_UNKNOWN: 1 });
  // 时间,积水深度 in GB 18030.
  const chinese = Buffer.from('cab1bce42cbbfdcbaec9eeb6c80a', 'hex');
  expect((await read(Buffer.concat([chinese, Buffer.from('2021-07-20 08:00,7\n')]))).samples).toEqual([
    sample(0, { level: 7 }),
  ]);
});

test('NDJSON as devices send it, bare and wrapped', async () => {
  const text = [
    '{"time":"2021-07-20T08:00:00+08:00","level":1}',
    '{"time":"2021-07-20 08:01:00","level":2}',
    '{"device":"G-1","time":1626739320,"received":"2021-07-20T08:03:00+08:00","values":{"level":3}}',
    '{"samples":[{"time":1626739380,"level":4},{"time":1626739440000,"level":5}]}',
    '[{"time":1626739500,"level":6}]',
    '{"deviceId":"G-1","receivedAt":1626739560,"payload":{"level":7}}',
    '{"level":8}',
    'not json',
    '{"time":"soon","level":9}',
    '{"time":1626739620,"level":"10"}',
  ].join('\n');
  const { samples, report } = await read(text);
  expect(samples).toEqual([
    sample(0, { level: 1 }),
    sample(1, { level: 2 }),
    sample(2, { level: 3 }, 'G-1', 3),
    sample(3, { level: 4 }),
    sample(4, { level: 5 }),
    sample(5, { level: 6 }),
    sample(6, { level: 7 }, 'G-1'),
  ]);
  expect(report.problems.first.map(({ line, code }) => [line, code])).toEqual([
    [7, 'TIME_INVALID'],
    [8, 'PAYLOAD_NOT_JSON'],
    [9, 'TIME_INVALID'],
    [10, 'VALUE_TYPE'],
  ]);
});

test('a file of which nothing can be understood is refused with what is allowed', async () => {
  await expect(read('')).rejects.toThrow(/empty/);
  await expect(read('2021-07-20 08:00,7\n2021-07-20 08:01,8\n')).rejects.toThrow(/no column with the time.*time,level/);
  await expect(read('time,salt\n1,2\n')).rejects.toThrow(/No column is a channel of a flood-gauge.*level \(cm\)/);
  await expect(read('time,level[mg/m3]\n1,2\n')).rejects.toThrow(/cannot be converted to cm/);
  await expect(read('time,level\n2021-07-20 08:00,2\n', { zone: null })).rejects.toThrow(/Line 2.*--zone \+08:00/);
  await expect(read(gzipSync('time,level\n'.repeat(5000)).subarray(0, 30))).rejects.toThrow(/cannot be read/);
});

test('remarks above the names, a date beside a time of day, and the zone in its header', async () => {
  const text = [
    '# made by hand; level, in feet',
    '#',
    'Date,Time (GMT),level (ft)',
    '2021/07/20,00:00,1',
    '2021/07/20,00:02:00,0.5',
    '2021/07/20,2021-07-20 00:03,0.25',
  ];
  const { samples } = await read(text.join('\n'), { zone: null });
  expect(samples).toEqual([sample(0, { level: 30.48 }), sample(2, { level: 15.24 }), sample(3, { level: 7.62 })]);
  const alone = await read('date,level\n2021-07-20 08:01,7\n');
  expect(alone.samples).toEqual([sample(1, { level: 7 })]);
});

test('dates with the day or the month first', async () => {
  const points = await read('time,level\n20.07.2021 08:00,5\n');
  expect(points.samples).toEqual([sample(0, { level: 5 })]);
  const text = 'time,level\n7/8/2021 8:00,5\n07/08/2021 08:01 PM,6\n';
  await expect(read(text)).rejects.toThrow(/Line 2.*--dates day-first or --dates month-first/);
  const at8 = (month: string) => Date.parse(`2021-${month}T08:00:00+08:00`);
  const july = await read(text, { dates: 'month-first' });
  expect(july.samples.map(({ measuredAt }) => measuredAt)).toEqual([at8('07-08'), at8('07-08') + 12 * hour + 60_000]);
  const august = await read(text, { dates: 'day-first' });
  expect(august.samples[0]!.measuredAt).toBe(at8('08-07'));
});

test('local times of a zone whose clocks are set forward and back', async () => {
  const lines = ['time,level', '2021-03-28 01:45,1', '2021-03-28 02:15,2', '2021-03-28 03:00,3', '2021-07-01 12:00,4'];
  lines.push(
    '2021-10-31 02:00,5',
    '2021-10-31 02:30,6',
    '2021-10-31 02:00,7',
    '2021-10-31 02:30,8',
    '2021-10-31 03:00,9',
  );
  const { samples, report } = await read(lines.join('\n'), { zone: 'Europe/Berlin' });
  expect(
    samples.map(({ measuredAt, values }) => [new Date(measuredAt).toISOString().slice(5, 16), values.level]),
  ).toEqual([
    ['03-28T00:45', 1],
    ['03-28T01:00', 3],
    ['07-01T10:00', 4],
    ['10-31T00:00', 5],
    ['10-31T00:30', 6],
    ['10-31T01:00', 7],
    ['10-31T01:30', 8],
    ['10-31T02:00', 9],
  ]);
  expect(report.problems.first.map(({ line, code }) => [line, code])).toEqual([[3, 'TIME_INVALID']]);
});

test('one channel a line, by other names and in other units', async () => {
  const lines = ['time,parameter,value,unit', '2021-07-20 08:00,Wasserstand,0.07,m', '2021-07-20 08:00,rain,1,mm'];
  lines.push('2021-07-20 08:01,rain,1,°C', '2021-07-20 08:02,level,8,');
  const { samples, report } = await read(lines.join('\n'), { named: new Map([['Wasserstand', 'level']]) });
  expect(samples).toEqual([sample(0, { level: 7 }), sample(0, { rain: 1 }), sample(2, { level: 8 })]);
  expect(report.problems.first.map(({ line, code }) => [line, code])).toEqual([[4, 'CHANNEL_UNKNOWN']]);
});

test('a gas in another kind of unit than its channel has', async () => {
  const type = loadDeviceType('devices/manhole-cover');
  const text = ['time,h2s[mg/m3],ch4 (%vol),co_mg/m3', '2021-07-20 08:00,10,0.5,30', '2021-07-20 08:01,,2.5,'].join(
    '\n',
  );
  const { samples, report } = await read(text, { type });
  expect(report.problems.count).toBe(0);
  expect(samples[0]!.values.h2s).toBeCloseTo(7.06, 2);
  expect(samples[0]!.values.co).toBeCloseTo(25.8, 1);
  expect(samples.map(({ values }) => values.ch4)).toEqual([expect.closeTo(10), expect.closeTo(50)]);
  const long = 'time,channel,value,unit\n2021-07-20 08:00,ch4,5000,ppm';
  expect((await read(long, { type })).samples[0]!.values.ch4).toBeCloseTo(10);
  await expect(read('time,h2s[%LEL]\n2021-07-20 08:00,1', { type })).resolves.toBeDefined();
  await expect(read('time,tilt[mg/m3]\n2021-07-20 08:00,1', { type })).rejects.toThrow('cannot be converted');
  await expect(read('time,o2[%LEL]\n2021-07-20 08:00,1', { type })).rejects.toThrow('cannot be converted');
});
