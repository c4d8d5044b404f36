import { expect, test } from 'vitest';
import { unhurriedClock } from '../../src/shared/unhurried-clock.ts';

const hour = 3_600_000;

function clocks() {
  const given = { wall: 1_000 * hour, steady: 0 };
  const clock = unhurriedClock({ now: () => given.wall }, { now: () => given.steady });
  const pass = (ms: number, step = 0) => {
    given.steady += ms;
    given.wall += ms + step;
    return clock.now() - 1_000 * hour;
  };
  return { pass };
}

test('goes with the clock, and with its small corrections', () => {
  const { pass } = clocks();
  expect(pass(hour)).toBe(hour);
  expect(pass(hour, 5_000)).toBe(2 * hour + 5_000);
  expect(pass(hour, -7_000)).toBe(3 * hour - 2_000);
});

test('does not follow a clock that is set ahead, until that has stood for a day', () => {
  const { pass } = clocks();
  expect(pass(hour, 1_000 * hour)).toBe(hour);
  expect(pass(23 * hour)).toBe(24 * hour);
  expect(pass(hour)).toBe(1_025 * hour);
});

test('a step that is taken back leaves nothing behind, and a new one waits its own day', () => {
  const { pass } = clocks();
  pass(hour, 50 * hour);
  expect(pass(20 * hour, -50 * hour)).toBe(21 * hour);
  expect(pass(hour, 50 * hour)).toBe(22 * hour);
  expect(pass(10 * hour)).toBe(32 * hour);
});

test('a clock that is set back is followed at once', () => {
  const { pass } = clocks();
  expect(pass(hour, -10 * hour)).toBe(-9 * hour);
});
