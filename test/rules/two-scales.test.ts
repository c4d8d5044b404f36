import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { deviceType, testDevice } from './support.ts';

test.each([
  ['°C', 20, '°F', 50, true],
  ['°C', 20, '°F', 60, false],
  ['K', 300, '°C', 20, true],
  ['K', 300, '°C', 25, false],
  ['°F', 68, '°C', 10, true],
  ['°F', 68, '°C', 18, false],
])('one thermometer in %s at %s, one in %s at %s: more than 5 °C between them is %s', (here, a, there, b, isMore) => {
  const type = deviceType({
    channels: { a: here, b: there },
    rules: [{ name: 'apart', levels: [{ severity: 'red', when: 'a - b > 5 °C' }] }],
  });
  const compiled = compileType(type);
  expect(compiled.problems).toEqual([]);
  const effects: AlarmEffect[] = [];
  const at = Date.parse('2026-03-01T08:00:00Z');
  const sample = { deviceId: testDevice.id, measuredAt: at, receivedAt: at, values: { a, b } };
  new Fold(rulesByType(new Map([[type.id, compiled]]))).sample(testDevice, sample, effects);
  expect(effects.map(({ kind }) => kind)).toEqual(isMore ? ['raised'] : []);
});
