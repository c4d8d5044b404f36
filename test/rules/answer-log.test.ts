import { expect, test } from 'vitest';
import { AnswerLog } from '../../src/rules/peers/answer-log.ts';

test('an answer that changes at every reading, many times a second, takes no more memory after hours', () => {
  const log = new AnswerLog(60_000);
  for (let i = 0; i < 50_000; i++) {
    log.set(i * 10, i);
    log.forgetBefore(-1);
  }
  const { from, until, answers } = log.state();
  for (const { length } of [from, until, answers]) expect(length).toBeLessThan(4096 + 64);
  expect(log.answerAt(499_990)).toBe(49_999);
  expect(log.answerAt(470_000)).toBe(47_000);
});

test('what a late reading changes is known to the moment, and mostly it changes nothing', () => {
  const goneMs = 3_600_000;
  const log = new AnswerLog(60_000);
  for (const [at, answer] of [
    [0, 0],
    [50_000, 0],
    [100_000, 0],
    [400_000, 1],
  ] as const)
    log.set(at, answer);
  const again = (at: number, rest: [at: number, answer: number][]) => {
    const before = log.since(at);
    for (const [time, answer] of rest) log.set(time, answer);
    return log.differsFrom(before, at, goneMs);
  };
  // Within a run, and at its edge.
  expect(
    again(70_000, [
      [70_000, 0],
      [100_000, 0],
      [400_000, 1],
    ]),
  ).toBe(Number.POSITIVE_INFINITY);
  // What was known until a minute after the last reading is known for longer.
  expect(
    again(130_000, [
      [130_000, 0],
      [400_000, 1],
    ]),
  ).toBe(160_001);
  expect(
    again(300_000, [
      [300_000, 1],
      [400_000, 1],
    ]),
  ).toBe(300_000);
  expect(
    again(20_000, [
      [20_000, 1],
      [50_000, 0],
      [100_000, 0],
      [130_000, 0],
      [300_000, 1],
      [400_000, 1],
    ]),
  ).toBe(20_000);
});
