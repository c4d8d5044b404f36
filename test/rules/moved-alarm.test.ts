import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { recordOf } from './disturbed.ts';
import { deviceType, foldOf, testDevice } from './support.ts';

const minute = 60_000;
const type = deviceType({
  channels: { level: 'cm' },
  rules: [{ name: 'high', maxGapMs: 60 * minute, levels: [{ severity: 'yellow', when: 'level > 10 cm' }] }],
});

const levels: Record<number, number> = { 0: 1, 10: 20, 20: 5, 30: 20, 40: 5, 50: 20 };

function recordInOrder(order: readonly number[]): string {
  const fold = foldOf(type);
  const effects: AlarmEffect[] = [];
  for (const at of order) {
    const sample = { deviceId: testDevice.id, measuredAt: at * minute, receivedAt: 50 * minute };
    fold.sample(testDevice, { ...sample, values: { level: levels[at]! } }, effects);
  }
  return recordOf(effects);
}

test('an alarm that begins where another one was thought to begin does not take its place', () => {
  const inOrder = recordInOrder([0, 10, 20, 30, 40, 50]);
  expect(inOrder.split('\n')).toHaveLength(3);
  // First it began at 50, then at 30, then at 10, and at last there are three.
  expect(recordInOrder([0, 50, 30, 10, 20, 40])).toBe(inOrder);
  expect(recordInOrder([0, 50, 10, 20, 40, 30])).toBe(inOrder);
  expect(recordInOrder([0, 50, 10, 20, 30, 40])).toBe(inOrder);
});
