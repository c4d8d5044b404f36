import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { recordOf } from './disturbed.ts';
import { deviceType, foldOf, testDevice } from './support.ts';

const second = 1000;

const type = {
  ...deviceType({
    channels: { level: 'cm', rain: 'mm' },
    rules: [
      {
        name: 'dry',
        maxGapMs: 600 * second,
        levels: [{ severity: 'yellow', when: 'level > 5 cm && avg(rain, 90 s) == 0 mm' }],
      },
    ],
  }),
  latenessMs: 120 * second,
};

/** Rain stays away from the second reading to the fourth; where water is judged, its window ends before. */
const measured: [at: number, values: Record<string, number>][] = [
  [0, { level: 3, rain: 0 }],
  [102, { level: 3, rain: 0 }],
  [686, { level: 8 }],
  [726, { rain: 5 }],
  [829, { level: 8 }],
  [830, { level: 8 }],
];

function recordInOrder(order: readonly number[]): string {
  const fold = foldOf(type);
  const effects: AlarmEffect[] = [];
  for (const i of order) {
    const [at, values] = measured[i]!;
    const receivedAt = 830 * second;
    fold.sample(testDevice, { deviceId: testDevice.id, measuredAt: at * second, receivedAt, values }, effects);
  }
  return recordOf(effects);
}

test('what is judged again sees as much of a channel that had stayed away as was seen at first', () => {
  const inOrder = recordInOrder([0, 1, 2, 3, 4, 5]);
  expect(inOrder).toContain(`"raisedAt":${686 * second}`);
  expect(recordInOrder([0, 1, 2, 3, 5, 4])).toBe(inOrder);
});
