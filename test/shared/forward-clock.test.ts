import { expect, test } from 'vitest';
import { forwardClock } from '../../src/shared/forward-clock.ts';

function clocks(start: number) {
  let wall = start;
  let steady = 0;
  return {
    clock: forwardClock({ now: () => wall }, { now: () => steady }, 360_000),
    pass(ms: number) {
      wall += ms;
      steady += ms;
    },
    set(ms: number) {
      wall += ms;
    },
  };
}

test('it is the machine’s clock while nobody sets that back', () => {
  const { clock, pass, set } = clocks(1_000_000);
  expect(clock.now()).toBe(1_000_000);
  pass(500);
  expect(clock.now()).toBe(1_000_500);
  set(3_600_000);
  pass(1);
  expect(clock.now()).toBe(4_600_501);
});

test('after a small step back it goes on at half speed until it is right again', () => {
  const { clock, pass, set } = clocks(1_000_000);
  expect(clock.now()).toBe(1_000_000);
  set(-60_000);
  let before = clock.now();
  expect(before).toBe(1_000_000);
  for (let second = 0; second < 119; second++) {
    pass(1000);
    const now = clock.now();
    expect(now - before).toBe(500);
    before = now;
  }
  pass(2000);
  // The machine says 1,061,000 now, and so does it.
  expect(clock.now()).toBe(1_061_000);
  pass(1000);
  expect(clock.now()).toBe(1_062_000);
});

test('looked at often, it does not stand still between two milliseconds', () => {
  const { clock, pass, set } = clocks(1_000_000);
  clock.now();
  set(-10_000);
  for (let i = 0; i < 1000; i++) {
    pass(0.25);
    clock.now();
  }
  expect(clock.now()).toBe(1_000_125);
});

test('a large step back is taken at once', () => {
  const { clock, set } = clocks(10_000_000);
  clock.now();
  set(-960_001);
  expect(clock.now()).toBe(9_039_999);
});
