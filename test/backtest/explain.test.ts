import { expect, test } from 'vitest';
import { Explainer } from '../../src/backtest/explain/explain.ts';
import { Words } from '../../src/backtest/explain/words.ts';
import { heardTypes } from '../../src/backtest/heard-types.ts';
import type { Device } from '../../src/model/device.ts';
import { compileType } from '../../src/rules/compile.ts';
import { nowhere } from '../../src/rules/language/surroundings.ts';
import { LocalTimes } from '../../src/shared/local-times.ts';
import { deviceType } from '../rules/support.ts';

const type = compileType(
  deviceType({
    channels: { level: 'cm', battery: '%' },
    rules: [
      {
        name: 'high',
        levels: [
          {
            severity: 'yellow',
            when: 'level > 10 cm && battery > 5 %',
            forMs: 600_000,
            clear: 'level < 5 cm',
            clearForMs: 300_000,
          },
          { severity: 'red', when: 'level > 50 cm' },
        ],
        maxGapMs: 120_000,
      },
      { name: 'often', levels: [{ severity: 'blue', when: 'level > 10 cm', atLeast: { readings: 4, of: 5 } }] },
      { name: 'silent', silentForMs: 600_000 },
      { name: 'limit', levels: [{ severity: 'red', when: 'level > limit(level, "warning")' }] },
      { name: 'seldom', silentForMs: 600_000, silentUsualPeriods: 4 },
      {
        name: 'slow-down',
        stepDownAfterMs: 300_000,
        onGap: 'fault',
        maxGapMs: 120_000,
        levels: [
          { severity: 'yellow', when: 'level > 10 cm' },
          { severity: 'red', when: 'level > 50 cm' },
        ],
      },
      { name: 'kept', levels: [{ severity: 'blue', when: 'level > 10 cm' }], minActiveMs: 600_000 },
      {
        name: 'then',
        levels: [
          {
            severity: 'red',
            when: 'level < 3 cm',
            sequence: [
              { when: 'level > 20 cm', forMs: 0, withinMs: null, unless: null },
              { when: 'level < 3 cm', forMs: 60_000, withinMs: 240_000, unless: 'level < -5 cm' },
            ],
          },
        ],
      },
    ],
  }),
);
const words = new Words(new LocalTimes(8 * 3_600_000));
const start = Date.parse('2026-06-01T08:00:00+08:00');
const at = (clock: string) => Date.parse(`2026-06-01T${clock}+08:00`);

/** Readings every 20 s over some stretches of time. */
function explain(stretches: [from: string, to: string, level: number][], when: string, rule = 'high') {
  const explainer = new Explainer(type, { device: 'd1', rule, at: at(when) }, words);
  for (const [from, to, level] of stretches)
    for (let time = at(from); time <= at(to); time += 20_000)
      explainer.take([{ deviceId: 'd1', measuredAt: time, receivedAt: time, values: { level, battery: 80 } }]);
  return explainer.answer();
}

test('what held for too short a time is said with the time, and the silence after it', () => {
  const answer = explain([['08:00:00', '08:08:40', 12]], '08:11:40');
  expect(answer.alarm).toBeNull();
  expect(answer.levels[0]!.when).toMatchObject({ holds: true, heldMs: 520_000, neededMs: 600_000, gap: null });
  expect(answer.levels[0]!.when.parts).toEqual([
    { source: 'level > 10 cm', holds: true, value: 12, limit: 10, unit: 'cm', gap: null, lacking: [] },
    { source: 'battery > 5 %', holds: true, value: 80, limit: 5, unit: '%', gap: null, lacking: [] },
  ]);
  expect(answer.text.en).toContain('8 min 40 s of 10 min');
  expect(answer.text.zh).toContain('10 分 中已持续 8 分 40 秒');
});

test('longer than maxGap after the last reading nothing is told as if it were so at the moment', () => {
  const stretch: [string, string, number] = ['08:00:00', '08:08:40', 12];
  const late = explain([stretch], '08:11:40');
  expect(late).toMatchObject({ lastAt: at('08:08:40'), maxGapMs: 120_000 });
  expect(late.text.en).toBe(
    [
      'No alarm.',
      'The last reading was at 2026-06-01 08:08:40 +08:00, then 3 min without data, longer than maxGap (2 min): nothing could be judged at this moment. At that reading:',
      'Yellow: level > 10 cm held (12 cm), battery > 5 % held (80 %); 8 min 40 s of 10 min.',
      'Red: level > 50 cm did not hold (12 cm).',
    ].join('\n'),
  );
  expect(late.text.zh).toContain('随后 3 分 无数据，超过 maxGap（2 分）：此刻无从判断。该读数时的情况：');
  expect(late.text.zh).toContain('level > 50 cm 当时不成立（12 cm）');
  const soon = explain([stretch], '08:10:40').text.en;
  expect(soon).toContain('Red: level > 50 cm does not hold (12 cm).');
  expect(soon).toContain('The last reading was at 2026-06-01 08:08:40 +08:00, then 2 min without data.');
});

test('a level without a condition to end it ends when what began it no longer holds', () => {
  const level = { severity: 'yellow', when: 'level > 10 cm' } as const;
  const rules = [
    { name: 'plain', levels: [level] },
    { name: 'slow', levels: [{ ...level, clearForMs: 300_000 }] },
    { name: 'often', levels: [{ ...level, atLeast: { readings: 2, of: 5 } }] },
  ];
  const own = compileType(deviceType({ channels: { level: 'cm' }, rules }));
  const ask = (rule: string, levels: number[]) => {
    const explainer = new Explainer(own, { device: 'd1', rule, at: start + (levels.length - 1) * 60_000 }, words);
    levels.forEach((level, i) => {
      const time = start + i * 60_000;
      explainer.take([{ deviceId: 'd1', measuredAt: time, receivedAt: time, values: { level } }]);
    });
    return explainer.answer();
  };
  const plain = ask('plain', [3, 12]);
  expect(plain.levels[0]).toMatchObject({ active: true, ownClear: false, clear: { holds: false } });
  expect(plain.levels[0]!.text).toEqual({
    zh: '黄色告警中，以下条件不再成立时解除：level > 10 cm 成立（12 cm）。',
    en: 'Yellow is in alarm; it ends when this no longer holds: level > 10 cm holds (12 cm).',
  });
  expect(ask('slow', [12, 12]).levels[0]!.text.en).toBe(
    'Yellow is in alarm; it ends when this has not held for 5 min: level > 10 cm holds (12 cm).',
  );
  expect(ask('slow', [12, 3, 3, 3]).levels[0]!.text).toEqual({
    zh: '黄色告警中，以下条件持续 5 分 不成立时解除：level > 10 cm 不成立（3 cm）；5 分 中已有 2 分 不成立。',
    en: 'Yellow is in alarm; it ends when this has not held for 5 min: level > 10 cm does not hold (3 cm); it has not held for 2 min of 5 min.',
  });
  expect(ask('slow', [12, 3, 3, 12]).levels[0]!.text.en).toContain(
    'level > 10 cm holds (12 cm); before, it had not held for 1 min, until 2026-06-01 08:02:00 +08:00.',
  );
  expect(ask('often', [12, 12, 3]).levels[0]!.text.en).toContain(
    'level > 10 cm does not hold (3 cm); 2 of the last 5 readings, 2 are needed.',
  );
});

test('of a window that has too little data since a gap the gap is named', () => {
  const rules = [{ name: 'mean', levels: [{ severity: 'blue' as const, when: 'avg(level, 10 min) > 12 cm' }] }];
  const mean = compileType(deviceType({ channels: { level: 'cm' }, rules }));
  const ask = (when: string) => {
    const explainer = new Explainer(mean, { device: 'd1', rule: 'mean', at: at(when) }, words);
    for (let time = start; time <= at('09:00'); time += 60_000)
      if (time <= at('08:20') || time >= at('08:25'))
        explainer.take([{ deviceId: 'd1', measuredAt: time, receivedAt: time, values: { level: 4 } }]);
    return explainer.answer();
  };
  const broken = ask('08:30');
  expect(broken.levels[0]!.when.parts[0]).toMatchObject({ holds: null, gap: { from: at('08:20'), to: at('08:25') } });
  expect(broken.text.en).toContain(
    'is not known, there is too little data (none from 2026-06-01 08:20:00 +08:00 to 2026-06-01 08:25:00 +08:00).',
  );
  expect(broken.text.zh).toContain(
    '未知，数据不足（2026-06-01 08:20:00 +08:00 至 2026-06-01 08:25:00 +08:00 无数据）。',
  );
  // At the beginning there is no gap, and later the window no longer looks over it.
  expect(ask('08:05').levels[0]!.when.parts[0]).toMatchObject({ holds: null, gap: null });
  expect(ask('08:40').levels[0]!.when.parts[0]).toMatchObject({ holds: false, gap: null });
});

test('a gap that began the count anew is named', () => {
  const answer = explain(
    [
      ['08:00:00', '08:08:40', 12],
      ['08:11:40', '08:14:00', 12],
    ],
    '08:14:00',
  );
  expect(answer.alarm).toBeNull();
  expect(answer.levels[0]!.when).toMatchObject({
    heldMs: 140_000,
    gap: { from: at('08:08:40'), to: at('08:11:40'), heldMs: 520_000 },
  });
  expect(answer.text.en).toContain(
    '2 min 20 s of 10 min; until 2026-06-01 08:08:40 +08:00 it had held for 8 min 40 s, then 3 min without data',
  );
});

test('what does not hold is said with its value, and how long it had held before', () => {
  const answer = explain(
    [
      ['08:00:00', '08:04:00', 12],
      ['08:04:20', '08:05:00', 7],
    ],
    '08:05:00',
  );
  expect(answer.levels[0]!.when).toMatchObject({
    holds: false,
    heldMs: null,
    before: { heldMs: 240_000, until: at('08:04:00') },
  });
  expect(answer.text.en).toContain('Yellow: level > 10 cm does not hold (7 cm); before, it held for 4 min of 10 min');
});

test('an alarm is explained by what it takes to end, at each severity', () => {
  const answer = explain(
    [
      ['08:00:00', '08:12:00', 12],
      ['08:12:20', '08:14:20', 3],
    ],
    '08:14:20',
  );
  expect(answer.alarm).toMatchObject({ raised: at('08:10:00'), peak: 'yellow' });
  expect(answer.levels.map(({ active }) => active)).toEqual([true, false]);
  expect(answer.levels[0]!.clear).toMatchObject({ source: 'level < 5 cm', heldMs: 120_000, neededMs: 300_000 });
  expect(answer.text.en).toContain('to end it: level < 5 cm holds (3 cm); 2 min of 5 min');
});

test('an alarm that has only just begun says what would end it', () => {
  const answer = explain([['08:00:00', '08:10:00', 12]], '08:10:00');
  expect(answer.text.en).toContain('Yellow is in alarm; to end it: level < 5 cm does not hold (12 cm).');
});

test('a level that counts readings says how many of how many', () => {
  const answer = explain(
    [
      ['08:00:00', '08:01:00', 3],
      ['08:01:20', '08:02:00', 12],
      ['08:02:20', '08:02:20', 3],
    ],
    '08:02:20',
    'often',
  );
  expect(answer.levels[0]!.counted).toMatchObject({ kind: 'readings', have: 3, needed: 4, of: 5 });
  expect(answer.text.en).toContain('3 of the last 5 readings, 4 are needed');
});

test('silence is explained by when the device was heard last', () => {
  const quiet = explain([['08:00:00', '08:01:00', 3]], '08:08:00', 'silent');
  expect(quiet.alarm).toBeNull();
  expect(quiet.text.en).toBe('No alarm.\nNothing for 7 min since 2026-06-01 08:01:00 +08:00; 10 min is an alarm.');
  expect(explain([['08:00:00', '08:01:00', 3]], '08:12:00', 'silent').alarm).toMatchObject({
    rule: 'test-type/silent',
  });
});

test('silence of a channel is explained by when that channel was heard last', () => {
  const { rules, ...rest } = deviceType({
    channels: { level: 'cm', battery: '%' },
    rules: [{ name: 'no-battery', silentForMs: 600_000 }],
  });
  const quiet = compileType({ ...rest, rules: rules.map((rule) => ({ ...rule, silentChannels: ['battery'] })) });
  const explainer = new Explainer(quiet, { device: 'd1', rule: 'no-battery', at: at('08:21:00') }, words);
  for (let time = start; time <= at('08:20:00'); time += 60_000) {
    const values: Record<string, number> = time <= at('08:10:00') ? { level: 3, battery: 80 } : { level: 3 };
    explainer.take([{ deviceId: 'd1', measuredAt: time, receivedAt: time, values }]);
  }
  const answer = explainer.answer();
  expect(answer.alarm).toMatchObject({ raised: at('08:20:00') });
  expect(answer.text.en).toContain('Nothing for 11 min since 2026-06-01 08:10:00 +08:00; 10 min is an alarm.');
});

test('a rule that is not there is answered with those that are', () => {
  const ask = () => new Explainer(type, { device: 'd1', rule: 'nothing', at: start }, words);
  expect(ask).toThrow(
    'There is no rule nothing of a test-type; there are test-type/high, test-type/often, test-type/limit, test-type/slow-down, test-type/kept, test-type/then, test-type/silent, test-type/seldom, test-type/slow-down.data.',
  );
});

test('a rule that asks devices around is explained by what they said', () => {
  const one = deviceType({
    channels: { level: 'cm' },
    rules: [{ name: 'several', levels: [{ severity: 'red', when: 'devices(grid, level > 10 cm) >= 2' }] }],
  });
  const gauge = (id: string): Device => ({
    ...{ id, type: one.id, name: id, latitude: 30, longitude: 104, gridId: 'g', state: 'active' },
  });
  const ask = (when: string, heard = heardTypes([one])) => {
    const aroundOf = ({ id }: Device) => ({ ...nowhere, id, area: () => 'g' });
    const around = { known: gauge, aroundOf, heard };
    const explainer = new Explainer(compileType(one), { device: 'd1', rule: 'several', at: at(when) }, words, around);
    // Both rise above the limit, the other one ten minutes later.
    for (let i = 0; i <= 20; i++)
      for (const deviceId of ['d1', 'd2']) {
        const time = start + i * 60_000;
        const level = i >= (deviceId === 'd1' ? 5 : 15) ? 12 : 3;
        explainer.take([{ deviceId, measuredAt: time, receivedAt: time, values: { level } }]);
      }
    return explainer.answer();
  };

  const before = ask('08:14:00');
  expect(before.alarm).toBeNull();
  expect(before.levels[0]!.when.parts).toMatchObject([{ holds: false, value: 1, limit: 2 }]);
  const after = ask('08:16:00');
  expect(after.alarm).toMatchObject({ device: 'd1', raised: at('08:15:00') });
  expect(after.lastAt).toBe(at('08:16:00'));
  // With nobody around it would be another answer.
  expect(ask('08:16:00', new Map()).alarm).toBeNull();
});

test('of other devices it is said which of them said too little', () => {
  const one = deviceType({
    channels: { level: 'cm' },
    rules: [
      { name: 'several', levels: [{ severity: 'red', when: 'devices(grid, level > 10 cm) >= 3' }], maxGapMs: 120_000 },
      {
        name: 'apart',
        levels: [{ severity: 'red', when: 'level > neighbours(grid, level, 2).median + 5 cm' }],
        maxGapMs: 120_000,
      },
    ],
  });
  const gauge = (id: string): Device => ({
    ...{ id, type: one.id, name: id, latitude: 30, longitude: 104, gridId: 'g', state: 'active' },
  });
  const ask = (minute: number, rule: string) => {
    const aroundOf = ({ id }: Device) => ({ ...nowhere, id, area: () => 'g' });
    const around = { known: gauge, aroundOf, heard: heardTypes([one]) };
    const question = { device: 'd1', rule, at: start + minute * 60_000 };
    const explainer = new Explainer(compileType(one), question, words, around);
    for (let i = 0; i <= 20; i++)
      for (const deviceId of ['d1', 'd2', 'd3']) {
        if (deviceId === 'd3' && i > 5) continue;
        const time = start + i * 60_000;
        explainer.take([{ deviceId, measuredAt: time, receivedAt: time, values: { level: 12 - (i < 2 ? 9 : 0) } }]);
      }
    return explainer.answer();
  };

  expect(ask(1, 'several').levels[0]!.when.parts).toMatchObject([{ holds: false, value: 0, lacking: [] }]);
  const quiet = ask(15, 'several');
  expect(quiet.levels[0]!.when.parts).toMatchObject([{ holds: null, lacking: ['d3'] }]);
  expect(quiet.text.en).toContain('devices(grid, level > 10 cm) >= 3 is not known, there is too little data of d3');
  expect(quiet.text.zh).toContain('devices(grid, level > 10 cm) >= 3 未知，d3 数据不足');
  expect(ask(15, 'apart').text.en).toContain('is not known, there is too little data of d3');
});

test('of a window it is told what it said, also where its rule was at rest', () => {
  const calm = compileType(
    deviceType({
      channels: { level: 'cm' },
      rules: [{ name: 'mean', levels: [{ severity: 'blue', when: 'avg(level, 3 min) > 12 cm' }] }],
    }),
  );
  const explainer = new Explainer(calm, { device: 'd1', rule: 'mean', at: at('08:10') }, words);
  for (let time = start; time <= at('08:10'); time += 60_000)
    explainer.take([{ deviceId: 'd1', measuredAt: time, receivedAt: time, values: { level: 4 } }]);
  const { levels, text } = explainer.answer();
  expect(levels[0]!.when.parts).toMatchObject([{ holds: false, value: 4, limit: 12 }]);
  expect(text.en).toContain('avg(level, 3 min) > 12 cm does not hold (4 cm)');
});

test('of steps it is said which is waited for, how long that has held, and what called them off', () => {
  const blow: [string, string, number] = ['08:00:00', '08:00:00', 30];
  const still = explain([blow, ['08:00:20', '08:01:00', 1]], '08:01:00', 'then');
  expect(still.levels[0]!.counted).toMatchObject({
    have: 1,
    held: { heldMs: 40_000, neededMs: 60_000 },
    brokenOff: null,
  });
  expect(still.text.en).toContain('1 of 2 steps are done, level < 3 cm is waited for; 40 s of 1 min');
  const off = explain(
    [blow, ['08:00:20', '08:00:40', 1], ['08:01:00', '08:01:00', -10], ['08:01:20', '08:02:00', 5]],
    '08:02:00',
    'then',
  );
  expect(off.text.en).toContain('it was called off at 2026-06-01 08:01:00 +08:00 by level < -5 cm');
  expect(off.text.zh).toContain('2026-06-01 08:01:00 +08:00 因 level < -5 cm 而取消');
  const late = explain([blow, ['08:00:20', '08:06:00', 5]], '08:06:00', 'then');
  expect(late.levels[0]!.counted).toMatchObject({ have: 0, brokenOff: { at: at('08:04:20'), by: null } });
  expect(late.text.en).toContain('it began anew at 2026-06-01 08:04:20 +08:00, not done in time');
});

test('an alarm that the rule keeps in sight says until when', () => {
  const stretches: [string, string, number][] = [
    ['08:00:00', '08:00:40', 12],
    ['08:01:00', '08:04:00', 2],
  ];
  const kept = explain(stretches, '08:04:00', 'kept');
  expect(kept.lastsUntil).toBe(at('08:10:00'));
  expect(kept.text.en).toContain('By minActive it lasts until 2026-06-01 08:10:00 +08:00 at least.');
  expect(kept.text.zh).toContain('按 minActive 最早于 2026-06-01 08:10:00 +08:00 解除。');
  expect(explain(stretches, '08:04:00', 'high').lastsUntil).toBeNull();
});

test('of a device that reports seldom it is said how long its silence may be', () => {
  const explainer = new Explainer(type, { device: 'd1', rule: 'seldom', at: at('10:20:00') }, words);
  for (const clock of ['08:00:00', '08:20:00', '08:40:00', '09:00:00', '09:20:00']) {
    const time = at(clock);
    explainer.take([{ deviceId: 'd1', measuredAt: time, receivedAt: time, values: { level: 1 } }]);
  }
  const { alarm, text } = explainer.answer();
  expect(alarm).toBeNull();
  expect(text.en).toContain('Nothing for 1 h since 2026-06-01 09:20:00 +08:00; 1 h 20 min is an alarm.');
});

test('a level that is over says when the alarm steps down, and a rule that its readings stay away', () => {
  const stretches: [string, string, number][] = [
    ['08:00:00', '08:02:00', 60],
    ['08:02:20', '08:06:00', 20],
  ];
  const slow = explain(stretches, '08:05:20', 'slow-down');
  expect(slow.levels[1]).toMatchObject({ active: true, stepsDown: { heldMs: 180_000, neededMs: 300_000 } });
  expect(slow.text.en).toContain(
    'Red has been over for 3 min; after 5 min of that the alarm steps down (stepDownAfter).',
  );
  expect(slow.faultSince).toBeNull();
  const away = explain(stretches, '08:20:00', 'slow-down');
  expect(away.faultSince).toBe(at('08:08:00'));
  expect(away.text.zh).toContain('2026-06-01 08:08:00 +08:00 起另有告警：本规则的读数缺失（onGap: fault）。');
});

test('a limit that nobody has set is not taken for missing data', () => {
  const answer = explain([['08:00:00', '08:01:00', 12]], '08:01:00', 'limit');
  expect(answer.text.en).toContain('level > limit(level, "warning") is not known, there is nothing to compare with');
  expect(answer.text.zh).toContain('level > limit(level, "warning") 未知，没有可比的值');
});
