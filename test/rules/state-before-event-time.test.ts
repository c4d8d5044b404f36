import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { deviceKey } from '../../src/rules/fold.ts';
import { deviceType, foldOf, testDevice } from './support.ts';

const minute = 60_000;
const begin = 1_780_000_000_000;

const type = deviceType({
  channels: { rain: 'mm' },
  rules: [
    { name: 'rain', levels: [{ severity: 'red', when: 'sum(rain, 3 h) >= 5 mm' }] },
    { name: 'now', levels: [{ severity: 'yellow', when: 'rain > 1 mm', clear: 'rain < 0.1 mm' }] },
  ],
});

test('a checkpoint of before event time goes on: alarms under way, and what windows had seen', () => {
  const times = Array.from({ length: 60 }, (_, i) => begin + i * minute);
  const none = { heldMs: -1, lastAt: 0 };
  const episode = { id: 'ALARM', severity: 'yellow', count: 3 };
  const fold = foldOf(type);
  fold.restore(deviceKey(testDevice.id), {
    heard: 0,
    channels: { rain: [0.08, times[59]] },
    windows: {
      'rain/10800000/180000': { since: begin, times, values: times.map(() => 0.08) },
      'rain/600000/180000': { since: begin, times: times.slice(-10), values: times.slice(-10).map(() => 0.08) },
    },
    rules: { 'test-type/now': { levels: [{ active: true, hold: none, clear: none }], episode } },
    silence: {},
  });
  const effects: AlarmEffect[] = [];
  const measure = (at: number, rain: number) =>
    fold.sample(testDevice, { deviceId: 'd1', measuredAt: at, receivedAt: at, values: { rain } }, effects);
  measure(begin + 60 * minute, 0.2);
  measure(begin + 61 * minute, 0);
  expect(effects.filter(({ kind }) => kind !== 'continued')).toMatchObject([
    { kind: 'raised', ruleId: 'test-type/rain', at: begin + 60 * minute },
    { kind: 'cleared', alarmId: 'ALARM', at: begin + 61 * minute },
  ]);
});
