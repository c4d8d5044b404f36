import { describe, expect, test } from 'vitest';
import { compileType } from '../../../src/rules/compile.ts';
import { DeviceChannels } from '../../../src/rules/device-channels.ts';
import type { RuleContext } from '../../../src/rules/language/context.ts';
import { nowhere } from '../../../src/rules/language/surroundings.ts';
import { deviceType, judgeAll } from '../support.ts';

const typeWith = (when: string, clear?: string) =>
  deviceType({
    channels: {
      level: 'cm',
      temperature: 'Cel',
      spo2: '%',
      steps: '1',
      fan: 'switch',
      door: 'switch',
      button: 'button',
    },
    baseline: ['level'],
    rules: [{ name: 'r', levels: [{ severity: 'red', when, clear: clear ?? null }] }],
  });

/** Whether the condition is true at the last of the samples, one a minute. */
const holds = (when: string, ...samples: Record<string, number>[]) => {
  const effects = judgeAll(
    typeWith(`(${when}) || level > 999 cm`),
    samples.map((values, i) => ({ at: i * 60_000, values: { steps: i, ...values } })),
  );
  const last = effects.at(-1);
  return last !== undefined && last.kind !== 'cleared';
};

describe('conditions', () => {
  test('units of the same kind convert', () => {
    expect(holds('level > 0.8 m', { level: 81 })).toBe(true);
    expect(holds('level > 0.8 m', { level: 79 })).toBe(false);
    // 0.28 / 0.01 is 28.000000000000004 in binary fractions, 0.29 / 0.01 is 28.999999999999996.
    expect(holds('level >= 0.28 m', { level: 28 })).toBe(true);
    expect(holds('level > 0.29 m', { level: 29 })).toBe(false);
    expect(holds('temperature > 310 K', { temperature: 37 })).toBe(true);
    expect(holds('temperature > 311 K', { temperature: 37 })).toBe(false);
    expect(holds('rate(level, 10 min) > 60 cm/h', ...[0, 2, 4, 6, 8, 10].map((level) => ({ level })))).toBe(true);
    expect(holds('rate(level, 10 min) > 2 cm/min', ...[0, 2, 4, 6, 8, 10].map((level) => ({ level })))).toBe(false);
  });

  test.each([
    ['temperature - previous(temperature) > 1 °C', true],
    ['temperature - previous(temperature) > 3 °C', false],
    ['1 °C < temperature - previous(temperature)', true],
    ['temperature - previous(temperature) > 1 K', true],
    ['delta(temperature, 2 min) > 3 °C', true],
    ['delta(temperature, 2 min) < 5 °C', true],
    ['delta(temperature, 2 min) >= delta(temperature, 2 min) + 1 °C', false],
    ['max(temperature, 2 min) - min(temperature, 2 min) > 3 °C', true],
    ['abs(temperature - 30 °C) > 5 °C', true],
    ['abs(temperature - 30 °C) > 11 K', false],
    ['temperature - 20 °C > 3 K', true],
    ['temperature - 20 °C > 5 °C', false],
    ['temperature < max(temperature, 2 min) - 1 °C', false],
    ['temperature > min(temperature, 2 min) + 3 °C', true],
    ['temperature > min(temperature, 2 min) - 3 K', true],
    ['between(delta(temperature, 2 min), 3 °C, 5 °C)', true],
    ['delta(temperature, 2 min) / 2 °C == 2', true],
  ])('so many degrees beside a difference of temperatures are a difference: %s is %s', (when, expected) => {
    expect(holds(when, ...[20, 22, 24].map((temperature) => ({ temperature })))).toBe(expected);
  });

  test.each([
    ['delta(temperature, 10 min) > temperature', /one side is a difference of temperatures, the other a temperature/],
    ['level > 3 mg/m3', /level is a length, 3 mg\/m3 is a mass\/volume/],
    ['level > 27', /level is a length, 27 is a number without unit: write 27 cm/],
    ['fan && spo2 < 90', /at "spo2 < 90" \(character 8\): .*write 90 %/],
    ['depth > 3 cm', /at "depth" \(character 1\): there is no channel depth; there are level, temperature/],
    ['level', /compare this number/],
    ['level > ', /in "level > ", at the end: Unexpected token: EOF/],
    ['level > 3 cm && temperature', /at "temperature" .*compare this number/],
    ['fan > 1', /true or false can only be compared/],
    ['level > neighbours(grid, level)', /which part of it is meant: \.median, \.min, \.max, \.count/],
    ['baseline(level) > 0.9', /after baseline\(…\) stands which part of it is meant: \.score, /],
    ['fan == on', /there is no channel on; .*A switch is true or false by itself: write fan, or !fan/],
    ['10 cm < level < 20 cm', /write 10 cm < level && level < 20 cm/],
    ['level in [10 cm, 20 cm]', /write between\(level, 10 cm, 27 cm\)/],
    ['level > (fan ? 10 cm : 20 cm)', /write both cases/],
    ['rate(level, 1 h) > 30 cm', /write 30 cm\/h/],
    ['rate(level, 1 h) > 0', /write 0 cm\/h/],
    ['spo2 > 3 mg/m3', /so write the number in %/],
    ['水位 > 3 cm', /Channels go by their names/],
    ['temperature > 60', /write 60 °C/],
    ['level > 1,5 m', /written with a point, as in 1\.5/],
    ['fan for 5 min', /a key beside the condition: for: 5 min/],
    ['fan 且 door', /Write && for and/],
    ['steps > 120 bpm', /"bpm" is no unit that is known; known are %, ppm, %LEL, .* such as mg\/m3 or \/min/],
    ['rate(level) > 1 cm/h', /rate is written rate\(level, 10 min\)/],
    ['rate(level, 10) > 1 cm/h', /at "10" .*takes a duration here/],
    ['avg(level, 91 d) > 1 cm', /at "91 d" .*a window is 90 d at most: it remembers 2,048 readings/],
    ['mean(level, 10 min) > 1 cm', /at "mean\(level, 10 min\)" .*no function mean; there are avg/],
    ['baseline(steps).score > 0.9', /nothing is learnt of steps: .*; it is learnt of level$/],
    ['hour() < 6', /no channel is looked at, .* as in open && hour\(\) < 6/],
    ['rises(button)', /button is momentary, .*: write button by itself/],
    ['button != previous(button)', /at "button" .*there is no before/],
    ['baseline(level).mood > 3', /no \.mood; there are baseline\.score/],
    ['baseline(level).kind == "strange"', /never that; .* by == or != with one of "usual", "point", .*"stuck"/],
    ['baseline(level).kind', /true or false; this is compared by == or != with one of "usual"/],
    ['baseline(level).kind > "stuck"', /compared by == or != with one of "usual"/],
    ['baseline(level).kind == 3', /compared by == or != with one of "usual"/],
    ['baseline(level).kind == baseline(level).kind', /compared by == or != with one of "usual"/],
    ['avg(level, 1 min) == "stuck"', /a word in quotation marks is compared with something like baseline/],
    ['"stuck" == "stuck"', /a word in quotation marks is compared with something like baseline/],
    ['[1, 2] == 3', /not part of the rule language/],
    ['level > 27 cmm', /"cmm" is no unit that is known; known are/],
    ['level > 27 cm and fan', /Write && for and/],
    ['level > 1 cm steps > 2', /Between two conditions stands && or \|\|/],
    ['(level > 1 cm', /Brackets come in pairs/],
    ['level > 1 cm # high', /A condition has no comments/],
    ['level = 27 cm', /compared with ==/],
    ['level ＞ 27 cm', /half-width/],
    ['timeTo(level, 27 %, 30 min) < 20 min', /at "27 %" .*same kind as the channel/],
    ['time() > 22 h', /time\(\) is a time of day, 22 h is a time/],
    ['inside(home)', /grid, community, street, district or the id of an area/],
    ['distance(home) > 500 m', /needs channels latitude and longitude/],
    ['peak(fan) > 3', /peak is of a channel with numbers/],
    ['percentile(level, 120, 10 min) > 3 cm', /at "120" .*takes 0 to 100/],
  ])('%s is refused with what is wrong', (when, message) => {
    const { rules, problems } = compileType(typeWith(when));
    expect(rules).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(message);
    expect(problems[0]!.message).toMatch(/^rule test-type\/r: /);
    expect(problems[0]!.text.zh).toMatch(/^规则 test-type\/r：“/);
    // Sentences are Chinese from end to end: nothing that only English has is left between names and examples.
    expect(problems[0]!.said.zh).not.toMatch(/ (is|are|the|of|with|takes) /);
  });

  test('what is wrong is said in Chinese as well, with the same names and places', () => {
    const said = (when: string) => compileType(typeWith(when)).problems[0]!.said.zh;
    expect(said('level > 3 cm && depth > 3 cm')).toBe(
      '“level > 3 cm && depth > 3 cm” 中的 “depth”（第 17 个字符）：没有 depth 这个通道；有 level、temperature、spo2、steps、fan、door、button',
    );
    expect(said('level > 27')).toBe('“level > 27” 中：level 是长度，27 是没有单位的数：写成 27 cm');
    expect(said('level > ')).toMatch(/^“level > ” 中的末尾：这里读不懂（.*）。写法例如：/);
  });

  test('what has never come is not known, and neither is its contrary', () => {
    expect(holds('!door', { fan: 1 })).toBe(false);
    expect(holds('fan && !door', { fan: 1 })).toBe(false);
    expect(holds('fan || !door', { fan: 1 })).toBe(true);
    expect(holds('fan && !door', { fan: 1, door: 0 })).toBe(true);
  });

  test('arithmetic keeps its units', () => {
    expect(holds('level * 2 > 10 cm', { level: 6 })).toBe(true);
    expect(holds('level + 0.1 m > 15 cm', { level: 6 })).toBe(true);
    expect(holds('abs(-level) == 6 cm', { level: 6 })).toBe(true);
    expect(compileType(typeWith('level * temperature > 3 cm')).problems[0]!.message).toMatch(
      /without unit on one side/,
    );
  });
});

describe('windows', () => {
  const minutes = (...levels: number[]) => levels.map((level) => ({ level }));

  test('a mean needs readings over the whole window', () => {
    expect(holds('avg(level, 5 min) > 9 cm', ...minutes(10, 10, 10, 10, 10))).toBe(false);
    expect(holds('avg(level, 5 min) > 9 cm', ...minutes(10, 10, 10, 10, 10, 10))).toBe(true);
  });

  test('a mean weighs readings by the time they stand for', () => {
    const type = typeWith('avg(level, 10 min) == 10 cm');
    // Ten minutes at 0, of which the last has ten readings of 100.
    const slow = Array.from({ length: 10 }, (_, i) => ({ at: i * 60_000, values: { level: 0 } }));
    const fast = Array.from({ length: 10 }, (_, i) => ({ at: 9 * 60_000 + (i + 1) * 6_000, values: { level: 100 } }));
    expect(judgeAll(type, [...slow, ...fast]).at(-1)).toMatchObject({ kind: 'raised', at: 600_000 });
  });

  test('each function takes what lies in the window', () => {
    const series = minutes(100, 1, 2, 3, 4, 5);
    expect(holds('min(level, 4 min) == 1 cm', ...series)).toBe(true);
    expect(holds('max(level, 4 min) == 5 cm', ...series)).toBe(true);
    expect(holds('sum(level, 4 min) == 14 cm', ...series)).toBe(true);
    expect(holds('count(level, 4 min) == 4', ...series)).toBe(true);
    expect(holds('delta(level, 4 min) == 4 cm', ...series)).toBe(true);
    expect(holds('rate(level, 4 min) == 1 cm/min', ...series)).toBe(true);
  });
});

test('the parts of a condition are told as they stand, with what they compare in the unit of the rule', () => {
  const type = compileType(typeWith('fan && (level + 1 cm >= 0.27 m || !door) && rate(level, 10 min) > 30 cm/h'));
  const { parts, evaluate } = type.rules[0]!.levels[0]!.when;
  expect(parts.map(({ source }) => source)).toEqual([
    'fan',
    'level + 1 cm >= 0.27 m',
    '!door',
    'rate(level, 10 min) > 30 cm/h',
  ]);
  const past = new DeviceChannels(type);
  const now = 10 * 60_000;
  for (let at = 0; at <= now; at += 60_000) past.add(type.channelIndex.get('level')!, at, 18 + at / 100_000);
  past.add(type.channelIndex.get('fan')!, now, 1);
  const context: RuleContext = {
    now,
    past,
    memory: [],
    around: nowhere,
    baseline: () => null,
  };
  expect(parts.map((part) => part.evaluate(context))).toEqual([1, 0, Number.NaN, 1]);
  expect(evaluate(context)).toBeNaN();
  const compared = parts.map(
    (part) => part.compared && [part.compared.value(context), part.compared.limit(context), part.compared.unit],
  );
  expect(compared).toEqual([null, [0.25, 0.27, 'm'], null, [36, 30, 'cm/h']]);
});
