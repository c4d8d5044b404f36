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
