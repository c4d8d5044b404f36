import { expect, test } from 'vitest';
import {
  budget,
  bytesLeft,
  fittingSegment,
  givesUpWindow,
  keptFree,
  type SpaceFacts,
  spaceState,
} from '../../src/journal/space.ts';

const GB = 1024 ** 3;
const ample: SpaceFacts = { used: GB, backlog: GB, free: 100 * GB, total: 200 * GB, reserved: true };

test('the state follows the backlog, the free disk and the reserve', () => {
  const state = (facts: Partial<SpaceFacts>) => spaceState({ ...ample, ...facts }, 10 * GB, 'ample');
  expect(state({})).toBe('ample');
  // What everyone has read is no reason for an alarm: it can go.
  expect(state({ used: 9.9 * GB })).toBe('ample');
  expect(state({ backlog: 8.1 * GB })).toBe('low');
  expect(state({ backlog: 9.1 * GB })).toBe('full');
  expect(state({ free: 0.9 * GB })).toBe('low');
  expect(state({ free: 0.4 * GB })).toBe('full');
  expect(state({ reserved: false })).toBe('full');
});

test('full does not come and go with every segment', () => {
  const state = (facts: Partial<SpaceFacts>) => spaceState({ ...ample, ...facts }, 10 * GB, 'full');
  expect(state({ backlog: 8.7 * GB })).toBe('full');
  expect(state({ backlog: 8.4 * GB })).toBe('low');
  expect(state({ free: 0.6 * GB })).toBe('full');
  expect(state({ free: 0.8 * GB })).toBe('low');
});

test('what everyone has read goes first, for the budget and for the disk', () => {
  expect(givesUpWindow({ ...ample, used: 7.4 * GB }, 10 * GB)).toBe(false);
  expect(givesUpWindow({ ...ample, used: 7.6 * GB }, 10 * GB)).toBe(true);
  expect(givesUpWindow({ ...ample, free: 1.4 * GB }, 10 * GB)).toBe(true);
});

test('a small disk is not taken whole', () => {
  const total = 64 * 1024 * 1024;
  expect(budget('auto', total)).toBe(total / 2);
  expect(keptFree(total)).toBeCloseTo(total / 20);
  expect(fittingSegment(64 * 1024 * 1024, budget('auto', total))).toBe(total / 32);
  expect(fittingSegment(1000, GB)).toBe(1000);
});

test('what is left is what the tighter of budget and disk leaves', () => {
  expect(bytesLeft({ ...ample, backlog: 8 * GB }, 10 * GB)).toBeCloseTo(GB);
  expect(bytesLeft({ ...ample, free: 0.75 * GB }, 10 * GB)).toBeCloseTo(0.25 * GB);
  expect(bytesLeft({ ...ample, backlog: 10 * GB }, 10 * GB)).toBe(0);
});
