import { expect, test } from 'vitest';
import type { Text } from '../../src/model/text.ts';
import { compileType } from '../../src/rules/compile.ts';
import { deviceType, judgeAll, story } from './support.ts';

// What a reading is evidence of, and what is not: docs/decisions/0025-what-a-reading-is-evidence-of.md.

const minute = 60_000;

test('steps down to the highest severity that was right meanwhile', () => {
  const ladder = deviceType({
    channels: { level: 'cm' },
    rules: [
      {
        name: 'ladder',
        stepDownAfterMs: 5 * minute,
        levels: [
          { severity: 'yellow', when: 'level >= 15 cm' },
          { severity: 'orange', when: 'level >= 22 cm' },
          { severity: 'red', when: 'level >= 27 cm' },
        ],
      },
    ],
  });
  const levels = [30, 24, 24, 24, 24, 24, 16, 24, 16, 16, 16, 16, 16, 16, 16];
  const samples = levels.map((level, i) => ({ at: i * minute, values: { level } }));
  expect(story(judgeAll(ladder, samples))).toEqual(['raised red 0', 'severity orange 6', 'severity yellow 13']);
  // Also when the gap that stops the clock comes at its beginning.
  const frozen = { ...ladder, rules: ladder.rules.map((rule) => ({ ...rule, onGap: 'freeze' as const })) };
  const gap = [30, 24, ...new Array<number>(8).fill(Number.NaN), 16, 16, 16, 16, 16, 16]
    .map((level, i) => ({ at: i * minute, values: { level } }))
    .filter(({ values }) => !Number.isNaN(values.level));
  expect(story(judgeAll(frozen, gap))).toEqual(['raised red 0', 'severity orange 15']);
});

test('is not judged by what is only told', () => {
  const told = (text?: Text) => {
    const gauge = deviceType({
      channels: { level: 'cm', battery: '%' },
      rules: [{ name: 'r', levels: [{ severity: 'red', when: 'level >= 27 cm', atLeast: { readings: 2, of: 3 } }] }],
    });
    const rules = gauge.rules.map((rule) => ({ ...rule, ...(text && { text }) }));
    const samples = [
      { at: 0, values: { level: 30 } },
      ...[1, 2].map((i) => ({ at: i * 20_000, values: { battery: 9 } })),
    ];
    return story(judgeAll({ ...gauge, rules }, samples as { at: number; values: Record<string, number> }[]));
  };
  expect(told()).toEqual([]);
  expect(told({ zh: '{since(level > 1 cm)}', en: '{since(level > 1 cm)}' })).toEqual([]);
});

test('sees a sequence again while its alarm lasts, and goes on with it when that is over', () => {
  const band = deviceType({
    channels: { steps: '1', fall: 'button' },
    rules: [
      {
        name: 'still',
        levels: [
          {
            severity: 'red',
            when: 'steps == 0',
            sequence: [
              { when: 'fall', forMs: 0, withinMs: null, unless: null },
              { when: 'steps == 0', forMs: minute, withinMs: 5 * minute, unless: null },
            ],
            clear: 'steps > 10',
            clearForMs: minute,
          },
        ],
      },
    ],
  });
  const still = (...stretches: [from: number, to: number, steps: number][]) => {
    const steps = stretches.flatMap(([from, to, steps]) =>
      Array.from({ length: to - from + 1 }, (_, i) => ({ at: (from + i) * minute, values: { steps } })),
    );
    const falls = [0.5, 10.5].map((at) => ({ at: at * minute, values: { fall: 1 } }));
    return story(
      judgeAll(
        band,
        [...steps, ...falls].sort((a, b) => a.at - b.at),
      ),
    );
  };
  // Up again, and down once more in the minute in which the alarm ends.
  expect(still([1, 9, 0], [10, 11, 20], [12, 20, 0])).toEqual(['raised red 2', 'cleared 11', 'raised red 13']);
  // Down once more while the alarm lasts: what was up again counts no longer.
  expect(still([1, 9, 0], [10, 10, 20], [11, 12, 0], [13, 20, 20])).toEqual(['raised red 2', 'cleared 14']);
});

test('must be told what is a new wave of a sequence', () => {
  const steps = [
    { when: 'level > 3 cm', forMs: 0, withinMs: null, unless: null },
    { when: 'level < 1 cm', forMs: 0, withinMs: null, unless: null },
  ];
  const told = (again: string | null) =>
    compileType(
      deviceType({
        channels: { level: 'cm' },
        rules: [
          {
            name: 'r',
            levels: [{ severity: 'red', when: 'level < 1 cm', sequence: steps }],
            rearm: { after: 'level > 9 cm', again, forMs: 0 },
          },
        ],
      }),
    ).problems.map(({ message }) => message);
  expect(told(null)).toEqual([expect.stringContaining('it must be said what begins anew')]);
  expect(told('level > 5 cm')).toEqual([]);
});

test('takes a button for pressed in the sample that says so, and for not pressed in every other', () => {
  const told = (when: string) => {
    const band = deviceType({
      channels: { steps: '1', sos: 'button' },
      rules: [{ name: 'band', levels: [{ severity: 'blue', when }] }],
    });
    const samples = Array.from({ length: 20 }, (_, i) => ({ at: i * minute, values: { steps: i } }));
    const presses = [6.2, 6.5, 12.5].map((i) => ({ at: i * minute, values: { sos: 1 } }));
    return story(
      judgeAll(
        band,
        [...samples, ...presses].sort((a, b) => a.at - b.at),
      ),
    );
  };
  expect(told('sos')).toEqual(['raised blue 6.2', 'cleared 7', 'raised blue 12.5', 'cleared 13']);
  // One that was never pressed is not pressed.
  expect(told('steps >= 3 && !sos').slice(0, 2)).toEqual(['raised blue 3', 'cleared 6.2']);
  expect(told('count(sos, 2 min) >= 2')).toEqual(['raised blue 6.5', 'cleared 9']);
  expect(told('since(sos) < 3 min')).toEqual(['raised blue 6.2', 'cleared 10', 'raised blue 12.5', 'cleared 16']);
});

test('takes a sum over a gap for what it is at least', () => {
  const rain = deviceType({
    channels: { rain: 'mm' },
    rules: [
      {
        name: 'rain',
        levels: [{ severity: 'blue', when: 'sum(rain, 30 min) >= 10 mm', clear: '2 mm > sum(rain, 30 min)' }],
      },
    ],
  });
  const at = (from: number, to: number, value: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => ({ at: (from + i) * minute, values: { rain: value } }));
  // Ten minutes after the first reading, and again after a gap, in which nobody knows what fell.
  const storm = [...at(0, 20, 1), ...at(40, 80, 0), ...at(100, 110, 1)];
  expect(story(judgeAll(rain, storm))).toEqual(['raised blue 9', 'cleared 70', 'raised blue 109']);
});
