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

test('nor when that one has been over for longer than anything may be late', () => {
  const band = {
    ...deviceType({
      channels: { fall: 'button', steps: '1' },
      rules: [{ name: 'fall', levels: [{ severity: 'red', when: 'fall', clear: '!fall', clearForMs: 10 * minute }] }],
    }),
    latenessMs: 120 * minute,
  };
  const span = (from: number, to: number, every: number) =>
    Array.from({ length: (to - from) / every + 1 }, (_, i) => from + i * every);
  const falls = [130, 20, 115];
  // It began at 130, then at 20, is over at 31, and is forgotten when another one begins at 130 after all.
  const late = [...falls, ...span(21, 32, 1), ...span(40, 110, 10), ...span(160, 225, 5), ...span(116, 127, 1)];
  const recorded = (order: readonly number[]) => {
    const fold = foldOf(band);
    const effects: AlarmEffect[] = [];
    for (const at of order) {
      const values: Record<string, number> = falls.includes(at) ? { steps: 0, fall: 1 } : { steps: 0 };
      fold.sample(
        testDevice,
        { deviceId: testDevice.id, measuredAt: at * minute, receivedAt: 230 * minute, values },
        effects,
      );
    }
    return recordOf(effects);
  };
  const inOrder = recorded(late.toSorted((a, b) => a - b));
  expect(inOrder.split('\n')).toHaveLength(3);
  expect(recorded(late)).toBe(inOrder);
});
