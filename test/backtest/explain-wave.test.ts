import { expect, test } from 'vitest';
import { Explainer } from '../../src/backtest/explain/explain.ts';
import { Words } from '../../src/backtest/explain/words.ts';
import { compileType } from '../../src/rules/compile.ts';
import { LocalTimes } from '../../src/shared/local-times.ts';
import { deviceType, type RuleUnderTest } from '../rules/support.ts';

const words = new Words(new LocalTimes(8 * 3_600_000));
const start = Date.parse('2026-06-01T08:00:00+08:00');
const rearm = { after: 'level < peak(level) - 20 cm', again: 'level > trough(level) + 10 cm', forMs: 120_000 };

type Waved = Pick<RuleUnderTest, 'levels' | 'rearm'>;

/** A reading of one device a minute; `late` come after them, with the minute at which they do. */
function explain(
  rule: Waved,
  levels: readonly (number | null)[],
  minute: number,
  late: readonly (readonly [measured: number, level: number, received: number])[] = [],
) {
  const type = compileType(deviceType({ channels: { level: 'cm' }, rules: [{ ...rule, name: 'r' }] }));
  const explainer = new Explainer(type, { device: 'd1', rule: 'r', at: start + minute * 60_000 }, words);
  const inTime = levels.map((level, at) => [at, level, at] as const);
  for (const [measured, level, received] of [...inTime, ...late])
    if (level !== null)
      explainer.take([
        {
          deviceId: 'd1',
          measuredAt: start + measured * 60_000,
          receivedAt: start + received * 60_000,
          values: { level },
        },
      ]);
  return explainer.answer();
}

test('an alarm whose rule is armed again says what that waits for, and how far a new wave has come', () => {
  const rule: Waved = { levels: [{ severity: 'red', when: 'level > 10 cm' }], rearm };
  const levels = [50, 50, 50, 45, 25, 25, 25, 38, 38, 38, 38];
  const falling = explain(rule, levels, 3);
  expect(falling.rearm).toMatchObject({ armedAt: null, condition: { holds: false } });
  expect(falling.text.en).toContain(
    'A new wave is not an alarm of its own yet (rearm): level < peak(level) - 20 cm does not hold (45 cm).',
  );
  expect(falling.text.zh).toContain('尚不会另起一次告警（rearm）：level < peak(level) - 20 cm 不成立（45 cm）。');

  const rising = explain(rule, levels, 8);
  const armedAt = start + 4 * 60_000;
  expect(rising.rearm).toMatchObject({ armedAt, condition: { holds: true, heldMs: 60_000, neededMs: 120_000 } });
  expect(rising.text.en).toContain(
    'Since 2026-06-01 08:04:00 +08:00 a new wave is an alarm of its own (rearm): level > trough(level) + 10 cm holds (38 cm); 1 min of 2 min.',
  );

  // The second alarm begins, and waits for its own fall.
  const second = explain(rule, levels, 9);
  expect(second).toMatchObject({ alarm: { raised: start + 9 * 60_000 }, rearm: { armedAt: null } });
  expect(second.text.en).toContain('(rearm); it waits for level < peak(level) - 20 cm.');
  expect(explain(rule, levels, 10).rearm).toMatchObject({ armedAt: null, condition: { holds: false } });
  expect(explain({ levels: rule.levels! }, levels, 8).rearm).toBeNull();
});

test('where a level that begins anew is a new wave, it is said which, and how far it has come', () => {
  const rule: Waved = {
    levels: [{ severity: 'red', when: 'level > 30 cm', clear: 'level < 5 cm', forMs: 120_000 }],
    rearm: { after: 'level < peak(level) - 20 cm', again: null, forMs: 0 },
  };
  const levels = [50, 50, 50, 45, 25, 25, 25, 38, 38, 38, 38];
  expect(explain(rule, levels, 4).text.en).toContain(
    'Since 2026-06-01 08:04:00 +08:00 a new wave is an alarm of its own (rearm): once the condition of a level is false after that, and holds again.',
  );
  expect(explain(rule, levels, 4).text.zh).toContain('起可另起一次告警（rearm）：某一级的条件此后不成立、再次成立时。');
  expect(explain(rule, levels, 6).text.en).toContain('own (rearm): level > 30 cm does not hold (25 cm).');
  expect(explain(rule, levels, 8).text.en).toContain('own (rearm): level > 30 cm holds (38 cm); 1 min of 2 min.');
  expect(explain(rule, levels, 9).alarm).toMatchObject({ raised: start + 9 * 60_000 });
});

test('what a late reading has changed is not told any more', () => {
  const rule: Waved = {
    levels: [{ severity: 'red', when: 'level > 10 cm', clear: 'level < 5 cm' }],
    rearm,
  };
  const answer = explain(rule, [50, 50, 50, null, 25], 4, [[3, 3, 4.5]]);
  // With the late one a second alarm has only begun, and nothing armed the rule before.
  expect(answer).toMatchObject({ alarm: { raised: start + 4 * 60_000 }, rearm: { armedAt: null } });
  expect(answer.text.en).toContain('not an alarm of its own yet (rearm); it waits for level < peak(level) - 20 cm.');
});

test('a new wave that no level wants yet says so', () => {
  const rule: Waved = {
    levels: [{ severity: 'red', when: 'level > 30 cm', clear: 'level < 5 cm' }],
    rearm,
  };
  const answer = explain(rule, [50, 50, 10, 10, 22, 22, 22, 22], 7);
  expect(answer.rearm).toMatchObject({ wantsLevel: true, condition: { holds: true, heldMs: 180_000 } });
  expect(answer.text.en).toContain('3 min of 2 min; but the condition of no level holds.');
  expect(answer.text.zh).toContain('；但各级条件均不成立。');
});

test('levels are told from the beginning of the second alarm on', () => {
  const rule: Waved = {
    levels: [
      { severity: 'yellow', when: 'level > 10 cm', clear: 'level < 5 cm' },
      { severity: 'red', when: 'level > 30 cm', clear: 'level < 8 cm', forMs: 300_000 },
    ],
    rearm: { ...rearm, forMs: 0 },
  };
  const answer = explain(rule, [40, 40, 40, 40, 40, 40, 12, 12, 25, 20, 40, 40], 11);
  expect(answer.alarm).toMatchObject({ raised: start + 8 * 60_000 });
  expect(answer.levels[1]).toMatchObject({ active: false, when: { holds: true, heldMs: 60_000 } });
});
