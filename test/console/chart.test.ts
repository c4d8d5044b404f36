import { expect, test } from 'vitest';
import type { DeviceType, Series } from '../../src/api/contract.ts';
import { alarmChannels, alarmPeriod } from '../../src/console/logic/alarm-chart.ts';
import { alonePoints, chartColumns, chartRange } from '../../src/console/logic/chart-series.ts';
import { comparedChannels } from '../../src/console/logic/compared-channels.ts';
import { farFrom, kindKey, tellsFar } from '../../src/console/logic/deviation-words.ts';
import { thresholdLines } from '../../src/console/logic/threshold-lines.ts';

const minute = 60_000;

const depth = { kind: 'number', min: 0, max: 500 } as const;

function series(minutes: number[], changes: Partial<Series> = {}): Series {
  return {
    deviceId: 'd1',
    channel: 'level',
    unit: 'cm',
    stepMs: minute,
    buckets: minutes.map((at) => ({ at: at * minute, mean: at, min: at - 1, max: at + 1, count: 3 })),
    band: [],
    deviation: null,
    thresholds: [],
    ...changes,
  };
}

test('a value stands in the middle of its step, the last one not in the future', () => {
  const { time, mean, max } = chartColumns(series([10, 11]), depth, minute, 11.2 * minute);
  expect(time).toEqual([10.5 * 60, 11.2 * 60]);
  expect(mean).toEqual([10, 11]);
  expect(max).toEqual([11, 12]);
});

test('where nothing was measured for three periods the line breaks; a missed report alone does not break it', () => {
  const { mean } = chartColumns(series([0, 1, 3, 4, 9, 10]), depth, minute, 100 * minute);
  expect(mean).toEqual([0, 1, 3, 4, null, 9, 10]);
  expect(chartColumns(series([0, 9]), depth, 10 * minute, 100 * minute).mean).toEqual([0, 9]);
});

test('a value between two gaps stands alone, also where the band has points beside it', () => {
  expect(alonePoints([1, null, 2, undefined, null, undefined, 3, undefined, 4])).toEqual([0, 2]);
  expect(alonePoints([1, undefined, 2])).toEqual([]);
  expect(alonePoints([undefined, 5])).toEqual([1]);
});

test('points of the normal band do not break the line of values', () => {
  const band = [{ at: 1 * minute, low: 0, middle: 1, high: 2 }];
  const columns = chartColumns(series([0, 1], { band }), depth, minute, 100 * minute);
  expect(columns.time).toEqual([30, 60, 90]);
  expect(columns.mean).toEqual([0, undefined, 1]);
  expect(columns.high).toEqual([undefined, 2, undefined]);
});

test('the band keeps to what the channel can measure', () => {
  const band = [{ at: 0, low: -0.8, middle: 1, high: 2.4 }];
  expect(chartColumns(series([], { band }), depth, minute, 0)).toMatchObject({ low: [0], high: [2.4] });
});

test('a switch that was on for a moment of a step is shown as on', () => {
  const buckets = [{ at: 0, mean: 0.02, min: 0, max: 1, count: 50 }];
  expect(chartColumns(series([], { buckets }), { kind: 'switch', min: 0, max: 1 }, minute, minute).mean).toEqual([1]);
});

test('steps with readings whose time is doubtful are told, those that follow each other as one', () => {
  const buckets = series([0, 1, 2, 5]).buckets.map((bucket, i) => (i === 0 ? bucket : { ...bucket, clock: 1 }));
  expect(chartColumns(series([], { buckets }), depth, minute, 100 * minute).doubtful).toEqual([
    { from: minute, to: 3 * minute },
    { from: 5 * minute, to: 6 * minute },
  ]);
});

test('near thresholds are in the picture, far ones do not press the line flat', () => {
  const columns = chartColumns(series([10, 11, 12]), depth, minute, 100 * minute);
  const [low, high] = chartRange(columns, [15, 500]);
  expect(low).toBeLessThan(9);
  expect(high).toBeGreaterThan(15);
  expect(high).toBeLessThan(20);
  expect(chartRange(chartColumns(series([]), depth, minute, 0), [])).toEqual([0, 1]);
});

test('what is never negative is not shown below zero', () => {
  expect(chartRange(chartColumns(series([1, 2]), depth, minute, 100 * minute), [])[0]).toBe(0);
});

const rule = (id: string, when: string): DeviceType['rules'][number] => ({
  id,
  name: { zh: '规则', en: 'Rule' },
  advice: { zh: '去看', en: 'Go' },
  source: { zh: '测试', en: 'Test' },
  severity: 'orange',
  silentForMs: null,
  levels: [{ severity: 'orange', when, forMs: 0, clear: null, clearForMs: 0 }],
});

test('a rule about a rate or the baseline has no line at the number it compares on the side', () => {
  const threshold = (ruleId: string, value: number) => ({
    ruleId,
    severity: 'orange' as const,
    value,
    direction: 'above' as const,
  });
  const shown = thresholdLines(
    series([1], {
      thresholds: [threshold('rise', 5), threshold('odd', 6), threshold('deep', 20), threshold('deep', 20)],
    }),
    [
      rule('rise', 'rate(level, 10 min) > 30 cm/h && level > 5 cm'),
      rule('odd', 'baseline(level).score > 8 && level > 6 cm'),
      rule('deep', 'level > 20 cm'),
    ],
  );
  expect(shown.map((line) => line.value)).toEqual([20]);
  expect(thresholdLines(series([1], { thresholds: [threshold('deep', 20)] }), [], 'other')).toEqual([]);
});

test('a value stands beside the name of a rule that judges it as it is, and of no other', () => {
  const shown = (when: string) => [...comparedChannels(rule('r', when))];
  expect(shown('level > 20 cm')).toEqual(['level']);
  expect(shown('worn && steps < 5 && heart_rate >= 111 /min')).toEqual(['heart_rate']);
  expect(shown('tilt > 10 deg && !open')).toEqual(['tilt']);
  expect(shown('co > 30 [ppm] || smoke > 5 %')).toEqual(['co', 'smoke']);
  expect(shown('avg(voltage, 10 min) < 12 V')).toEqual([]);
  expect(shown('rate(level, 10 min) > 30 cm/h && level > 5 cm')).toEqual([]);
  expect(shown('baseline(level).score > 8 && level > 6 cm && level < 10 cm')).toEqual([]);
  expect(comparedChannels(undefined).size).toBe(0);
});

test("an alarm's chart shows how it came about and, when it is over, what came after", () => {
  const at = (hours: number) => hours * 60 * minute;
  expect(alarmPeriod({ raisedAt: at(10), clearedAt: null }, at(10.5))).toEqual({ from: at(9), to: at(10.5) });
  expect(alarmPeriod({ raisedAt: at(10), clearedAt: at(16) }, at(40))).toEqual({ from: at(4), to: at(18) });
  expect(alarmPeriod({ raisedAt: at(10), clearedAt: at(16) }, at(16.2)).to).toBe(at(16.2));
});

test("a chart has the channels that the rule looked at; a rule of silence has the device's first two", () => {
  const channel = (name: string, kind: 'number' | 'switch' = 'number') => ({
    name,
    label: { zh: name, en: name },
    unit: '1',
    kind,
    min: 0,
    max: 1,
    baseline: false,
  });
  const type: DeviceType = {
    id: 't',
    name: { zh: '', en: '' },
    periodMs: minute,
    commands: [],
    rules: [],
    channels: [channel('open', 'switch'), channel('level'), channel('rain'), channel('flow')],
  };
  expect(alarmChannels({ values: { rain: 1, open: 1 } }, type)).toEqual(['open', 'rain']);
  expect(alarmChannels({ values: {} }, type)).toEqual(['level', 'rain']);
});

test('a deviation is told as a ratio where that means something, else as a distance', () => {
  const deviation = {
    from: 0,
    until: null,
    at: 0,
    value: 24,
    low: 4,
    middle: 6,
    high: 8,
    score: 0.99,
    kind: 'point' as const,
  };
  expect(farFrom(deviation, { unit: 'cm' })).toEqual({ key: 'deviation.times', ratio: 4 });
  expect(farFrom({ ...deviation, value: 3 }, { unit: 'cm' })).toEqual({ key: 'deviation.part', percent: 50 });
  expect(farFrom({ ...deviation, value: 9 }, { unit: 'cm' })).toEqual({ key: 'deviation.above', difference: 3 });
  expect(farFrom(deviation, { unit: 'Cel' })).toEqual({ key: 'deviation.above', difference: 18 });
  expect(farFrom({ ...deviation, low: -1 }, { unit: 'cm' })).toEqual({ key: 'deviation.above', difference: 18 });
  expect(farFrom({ ...deviation, low: -170, middle: -150, value: -160 }, { unit: 'cm' })).toEqual({
    key: 'deviation.below',
    difference: 10,
  });
  expect(kindKey(deviation)).toBeNull();
  expect(kindKey({ ...deviation, kind: 'extreme', value: 3 })).toBe('deviation.lowest');
  expect(kindKey({ ...deviation, kind: 'stuck' })).toBe('deviation.stuck');
  expect(tellsFar({ ...deviation, kind: 'stuck' })).toBe(false);
});
