import { expect, test } from 'vitest';
import { ClockSteps } from '../../src/watch/clock-steps.ts';

function clocks() {
  const time = { wall: 1_772_323_200_000, steady: 50 };
  const steps = new ClockSteps({ now: () => time.wall }, { now: () => time.steady });
  const pass = (ms: number, byWall = ms) => {
    time.steady += ms;
    time.wall += byWall;
    return steps.troubles();
  };
  return pass;
}

test('a clock that is kept right, however long, has not stepped', () => {
  const pass = clocks();
  for (let i = 0; i < 100; i++) expect(pass(1000, 1000 + (i % 2 ? 40 : -35))).toEqual([]);
  expect(pass(3_600_000)).toEqual([]);
});

test.each([
  ['forward', 65_000, 64_000],
  ['back', -3_599_000, -3_600_000],
])('a clock that was set %s is told for ten minutes, with by how much', (_, byWall, byMs) => {
  const pass = clocks();
  pass(1000);
  expect(pass(1000, byWall)).toMatchObject([{ code: 'CLOCK_STEPPED', severity: 'orange', detail: { byMs } }]);
  expect(pass(599_000)).toHaveLength(1);
  expect(pass(2000)).toEqual([]);
});

test('of two steps the last one is told', () => {
  const pass = clocks();
  pass(1000, 61_000);
  expect(pass(1000, -59_000)).toMatchObject([{ detail: { byMs: -60_000 } }]);
});
