import { describe, expect, test } from 'vitest';
import { Baseline } from '../../src/baseline/baseline.ts';
import type { AlarmEffect, AlarmRaised } from '../../src/model/alarm.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { forwardClock } from '../../src/shared/forward-clock.ts';
import { wrongBeyondMs } from '../../src/shared/wrong-beyond.ts';
import { checkpointOf, deviceType, foldOf, judgeAll, story, testDevice } from './support.ts';

const minute = 60_000;

const levels = (...values: (number | null)[]) =>
  values.flatMap((level, i) => (level === null ? [] : [{ at: i * minute, values: { level } }]));

const ladder = deviceType({
  channels: { level: 'cm' },
  rules: [
    {
      name: 'water',
      levels: [
        { severity: 'yellow', when: 'level > 10 cm', clear: 'level < 5 cm' },
        { severity: 'red', when: 'level > 30 cm', clear: 'level < 20 cm' },
      ],
    },
  ],
});
const held = (onGap: 'restart' | 'freeze') =>
  deviceType({
    channels: { level: 'cm' },
    rules: [
      {
        name: 'held',
        maxGapMs: 2 * minute,
        onGap,
        levels: [
          { severity: 'red', when: 'level > 10 cm', forMs: 4 * minute, clear: 'level < 5 cm', clearForMs: 2 * minute },
        ],
      },
    ],
  });

describe('one rule, several severities', () => {
  test('is one alarm whose severity goes up and down, with its own clear condition', () => {
    expect(story(judgeAll(ladder, levels(0, 12, 35, 25, 15, 8, 4, 0)))).toEqual([
      'raised yellow 1',
      'severity red 2',
      'severity yellow 4',
      'cleared 6',
    ]);
  });

  test('a second wave is a second alarm', () => {
    const raised = judgeAll(ladder, levels(12, 0, 12, 0)).filter((e) => e.kind === 'raised');
    expect(new Set(raised.map((e) => e.alarmId)).size).toBe(2);
  });

  test('is counted while it goes on, and the same samples give the same ids', () => {
    const effects = judgeAll(ladder, levels(12, 13, 14, 7));
    expect(effects.filter((e) => e.kind === 'continued').map((e) => e.count)).toEqual([2, 3]);
    expect(judgeAll(ladder, levels(12, 13, 14, 7))).toEqual(effects);
  });

  test('samples that repeat or come late change nothing', () => {
    const once = levels(0, 12, 35, 25, 15, 8, 4, 0);
    const fold = foldOf(ladder);
    const effects: AlarmEffect[] = [];
    for (const { at, values } of once.flatMap((sample) => [sample, sample, once[0]!]))
      fold.sample(testDevice, { deviceId: 'd1', measuredAt: at, receivedAt: at, values }, effects);
    expect(effects).toEqual(judgeAll(ladder, once));
    expect(fold.stale).toBe(16);
  });
});

describe('held for a time', () => {
  test('needs evidence for the whole time', () => {
    expect(story(judgeAll(held('restart'), levels(11, 11, 11, 11)))).toEqual([]);
    expect(story(judgeAll(held('restart'), levels(11, 11, 11, 11, 11)))).toEqual(['raised red 4']);
    expect(story(judgeAll(held('restart'), levels(11, 11, 9, 11, 11)))).toEqual([]);
  });

  test('a gap starts the clock again, or freezes it', () => {
    const gap = levels(11, 11, 11, null, null, null, 11, 11, 11, 11, 11);
    expect(story(judgeAll(held('restart'), gap))).toEqual(['raised red 10']);
    expect(story(judgeAll(held('freeze'), gap))).toEqual(['raised red 8']);
  });

  test('does not go by windows over a channel that has stayed away', () => {
    const rain = (when: string) =>
      deviceType({
        channels: { level: 'cm', rain: 'mm' },
        rules: [{ name: 'rain', levels: [{ severity: 'blue', when }] }],
      });
    // Rain for an hour, then water on the road and not a word about rain.
    const samples = Array.from({ length: 300 }, (_, i) => {
      const values: Record<string, number> = { level: i < 80 ? 0 : 12 };
      if (i < 60) values.rain = 0.5;
      return { at: i * minute, values };
    });
    const told = (when: string) => story(judgeAll(rain(when), samples));
    expect(told('level > 10 cm && max(rain, 30 min) > 0.1 mm')).toEqual([]);
    expect(told('level > 10 cm && sum(rain, 30 min) >= 4 mm')).toEqual(['raised blue 80']);
    expect(told('level > 10 cm && sum(rain, 30 min) < 5 mm')).toEqual([]);
    expect(told('level > 10 cm && count(rain, 30 min) < 1')).toEqual(['raised blue 89']);
  });

  test('goes on while what began it is true, whatever its clear condition says', () => {
    const both = deviceType({
      channels: { level: 'cm' },
      rules: [
        { name: 'rise', levels: [{ severity: 'blue', when: 'delta(level, 2 min) > 3 cm', clear: 'level < 10 cm' }] },
      ],
    });
    expect(story(judgeAll(both, levels(0, 0, 2, 4, 6, 8, 9, 9)))).toEqual(['raised blue 3', 'cleared 6']);
  });

  test('clears only after its own time, and never out of a gap', () => {
    const up = [11, 11, 11, 11, 11];
    expect(story(judgeAll(held('restart'), levels(...up, 4, 4, 4)))).toEqual(['raised red 4', 'cleared 7']);
    expect(story(judgeAll(held('restart'), levels(...up, 4, 6, 4, 4)))).toEqual(['raised red 4']);
    expect(story(judgeAll(held('restart'), levels(...up, 4, null, null, null, null, 4)))).toEqual(['raised red 4']);
  });
});

describe('after our clock was ahead by years and was set back', () => {
  const type = deviceType({
    channels: { level: 'cm' },
    baseline: ['level'],
    rules: [
      { name: 'at-once', levels: [{ severity: 'red', when: 'level > 10 cm' }] },
      { name: 'held', levels: [{ severity: 'yellow', when: 'avg(level, 2 min) > 10 cm', forMs: minute }] },
    ],
  });
  const ahead = 10 * 365 * 86_400_000;
  const receive = (fold: Fold, at: number, level: number, effects: AlarmEffect[]) =>
    fold.sample(testDevice, { deviceId: 'd1', measuredAt: at, receivedAt: at, values: { level } }, effects);

  test('what comes is judged, and evidence is gathered anew', () => {
    const fold = new Fold(rulesByType(new Map([[type.id, compileType(type)]])), 5 * minute);
    const effects: AlarmEffect[] = [];
    for (let i = 0; i < 3; i++) receive(fold, ahead + i * minute, 2, effects);
    for (let i = 0; i < 5; i++) receive(fold, i * minute, 12, effects);
    expect(story(effects)).toEqual(['raised red 0', 'raised yellow 3']);
  });

  test('an alarm that is active stays, and ends', () => {
    const fold = new Fold(rulesByType(new Map([[type.id, compileType(type)]])), 5 * minute);
    const effects: AlarmEffect[] = [];
    receive(fold, ahead, 12, effects);
    receive(fold, minute, 12, effects);
    receive(fold, 2 * minute, 2, effects);
    expect(effects.map((effect) => effect.kind)).toEqual(['raised', 'continued', 'cleared']);
  });

  test('the baseline goes on learning', () => {
    const baseline = new Baseline(0.1);
    baseline.learn(ahead, 5);
    expect(baseline.due(0)).toBe(true);
    for (let at = 0; at <= 2 * 86_400_000; at += 15 * minute) baseline.learn(at, 5);
    expect(baseline.normal(0)).toMatchObject({ middle: 5 });
  });

  test("a device's clock that is ahead as far as it may be is not taken for ours", () => {
    const fold = new Fold(rulesByType(new Map([[type.id, compileType(type)]])), 5 * minute);
    const sample = (receivedAt: number, measuredAt: number, level: number) =>
      fold.sample(testDevice, { deviceId: 'd1', measuredAt, receivedAt, values: { level } }, []);
    sample(0, 5 * minute, 2);
    sample(1000, 1000, 12);
    // Late, and judged: what is known of later times stays.
    sample(2000, 5 * minute, 2);
    expect(fold.stale).toBe(1);
  });
});

describe('an alarm that no measurement can end', () => {
  const flooded = (fold: Fold, effects: AlarmEffect[]) => {
    fold.tick(0, [testDevice], effects);
    fold.sample(testDevice, { deviceId: 'd1', measuredAt: minute, receivedAt: minute, values: { level: 40 } }, effects);
  };
  const restored = (fold: Fold, type = ladder) => {
    const next = foldOf(type);
    for (const { key, state } of checkpointOf(fold)) next.restore(key, state);
    return next;
  };

  test('ends when its device is disabled, also while nobody ran, and can come again when it is active again', () => {
    const fold = foldOf(ladder);
    const effects: AlarmEffect[] = [];
    flooded(fold, effects);
    const down = restored(fold);
    fold.tick(2 * minute, [], effects);
    fold.tick(3 * minute, [], effects);
    fold.tick(4 * minute, [testDevice], effects);
    fold.sample(
      testDevice,
      { deviceId: 'd1', measuredAt: 5 * minute, receivedAt: 5 * minute, values: { level: 40 } },
      effects,
    );
    expect(story(effects)).toEqual(['raised red 1', 'cleared 2', 'raised red 5']);

    const afterwards: AlarmEffect[] = [];
    down.tick(2 * minute, [], afterwards);
    expect(story(afterwards)).toEqual(['cleared 2']);
    expect(afterwards[0]).toMatchObject({ alarmId: (effects[0] as AlarmRaised).alarmId });
  });

  test('ends when its rule is no more', () => {
    const fold = foldOf(ladder);
    const effects: AlarmEffect[] = [];
    flooded(fold, effects);
    const next = restored(fold, deviceType({ channels: { level: 'cm' }, rules: [] }));
    const afterwards: AlarmEffect[] = [];
    next.tick(2 * minute, [testDevice], afterwards);
    next.tick(3 * minute, [testDevice], afterwards);
    expect(story(afterwards)).toEqual(['cleared 2']);
  });
});

describe('the rolling baseline', () => {
  const odd = deviceType({
    channels: { level: 'cm' },
    baseline: ['level'],
    rules: [{ name: 'odd', levels: [{ severity: 'blue', when: 'baseline(level).score > 0.966' }] }],
  });
  const quarter = 15 * minute;
  const day = 96;
  /** High by day, low by night, with a little deterministic noise. */
  const usual = (i: number) => 100 + 50 * Math.sin((i / day) * 2 * Math.PI) + ((i * 7919) % 13) / 13;

  test('knows the hour of the day', () => {
    const days = Array.from({ length: 3 * day }, (_, i) => ({ at: i * quarter, values: { level: usual(i) } }));
    expect(judgeAll(odd, days)).toEqual([]);
    const noon = usual(3 * day + day / 4);
    // 03:00-like value at the time of the daily peak, and the daily peak's value at its own time.
    expect(story(judgeAll(odd, [...days, { at: (3 * day + day / 4) * quarter, values: { level: noon } }]))).toEqual([]);
    expect(
      story(judgeAll(odd, [...days, { at: (3 * day + (3 * day) / 4) * quarter, values: { level: noon } }])),
    ).toHaveLength(1);
  });

  test('does not learn an anomaly while its alarm lasts', () => {
    const days = Array.from({ length: 3 * day }, (_, i) => ({ at: i * quarter, values: { level: usual(i) } }));
    const anomaly = Array.from({ length: 2 * day }, (_, i) => ({
      at: (3 * day + i) * quarter,
      values: { level: 400 },
    }));
    expect(story(judgeAll(odd, [...days, ...anomaly]))).toHaveLength(1);
  });

  test('says nothing before it has a day of history', () => {
    const young = Array.from({ length: day / 2 }, (_, i) => ({ at: i * quarter, values: { level: usual(i) } }));
    expect(judgeAll(odd, [...young, { at: (day / 2) * quarter, values: { level: 900 } }])).toEqual([]);
  });
});

test('a fold that is stopped and restored at any moment says the same as one that was not', () => {
  const type = deviceType({
    channels: { level: 'cm', fan: 'switch' },
    baseline: ['level'],
    rules: [
      {
        name: 'held',
        levels: [
          { severity: 'red', when: 'level > 10 cm', forMs: 3 * minute, clear: 'level < 8 cm', clearForMs: 2 * minute },
        ],
      },
      { name: 'mean', levels: [{ severity: 'blue', when: 'fan && avg(level, 5 min) > 9 cm' }] },
      { name: 'rise', levels: [{ severity: 'yellow', when: 'rate(level, 4 min) > 1 cm/min' }] },
      { name: 'silent', silentForMs: 4 * minute },
    ],
  });
  const steps = Array.from({ length: 200 }, (_, i) => i);
  const apply = (fold: Fold, i: number, effects: AlarmEffect[]) => {
    const at = i * minute;
    for (let tick = at - minute; tick < at; tick += 5000) fold.tick(tick, [testDevice], effects);
    if (i % 17 < 11)
      fold.sample(
        testDevice,
        {
          deviceId: 'd1',
          measuredAt: at,
          receivedAt: at,
          values: { level: 9 + 6 * Math.sin(i / 9), fan: i % 40 < 30 ? 1 : 0 },
        },
        effects,
      );
  };
  const whole: AlarmEffect[] = [];
  const fold = foldOf(type);
  for (const i of steps) apply(fold, i, whole);
  expect(whole.filter((e) => e.kind === 'raised').length).toBeGreaterThan(10);

  for (const every of [1, 7, 50]) {
    const pieces: AlarmEffect[] = [];
    const checkpoint = new Map<string, string>();
    let current = foldOf(type);
    for (const i of steps) {
      if (i % every === 0) {
        for (const { key, state } of checkpointOf(current)) checkpoint.set(key, JSON.stringify(state));
        current = foldOf(type);
        for (const [key, state] of checkpoint) current.restore(key, JSON.parse(state));
      }
      apply(current, i, pieces);
    }
    expect(pieces).toEqual(whole);
  }
});

test.each([30_000, 300_000, 330_000, 361_000, 420_000, 600_000, 900_000, 961_000, 1_020_000, 3_600_000])(
  'a device without a clock that reports each minute is heard again at once when ours was set back by %i ms',
  (step) => {
    const maxFutureMs = 5 * minute;
    let wall = 1_000 * minute;
    let steady = 0;
    const clock = forwardClock({ now: () => wall }, { now: () => steady }, wrongBeyondMs(maxFutureMs));
    const fold = new Fold(rulesByType(new Map([[ladder.id, compileType(ladder)]])), maxFutureMs);
    const effects: AlarmEffect[] = [];
    const measure = (level: number) => {
      wall += minute;
      steady += minute;
      const at = clock.now();
      fold.sample(testDevice, { deviceId: testDevice.id, measuredAt: at, receivedAt: at, values: { level } }, effects);
    };
    measure(3);
    wall -= step;
    measure(50);
    expect(effects.map(({ kind }) => kind)).toEqual(['raised']);
  },
);
