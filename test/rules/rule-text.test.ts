import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { compileType } from '../../src/rules/compile.ts';
import { ruleText } from '../../src/rules/rule-text.ts';
import { examples, rulesOf } from './page.ts';
import { judgeAll } from './support.ts';

const type = loadDeviceTypes('devices').types.get('flood-gauge')!;
const [rule] = rulesOf(examples().find(({ text }) => text.includes('text:'))!, type);
const told = { ...type, id: 'test-type', rules: [rule!] };

test('a text tells the values of the moment, in the units of its channels and per hour', () => {
  const levels = Array.from({ length: 31 }, (_, i) => ({ at: i * 60_000, values: { level: i } }));
  const raised = judgeAll(told, levels).find(({ kind }) => kind === 'raised');
  expect(raised).toMatchObject({ values: { level: 27, 'rate(level, 10 min)': 60 } });
  expect(ruleText(told, rule!, (raised as { values: Record<string, number> }).values)).toEqual({
    zh: '积水 27 cm，正以 60 cm/h 上涨。',
    en: 'Water 27 cm deep, rising 60 cm/h.',
  });
});

test('what was not known then is a dash', () => {
  const [raised] = judgeAll(told, [{ at: 0, values: { level: 30.123 } }]) as { values: Record<string, number> }[];
  expect(ruleText(told, rule!, raised!.values)?.en).toBe('Water 30.1 cm deep, rising –.');
});

test('a rule without a text tells none', () => {
  const { text: _, ...silent } = rule!;
  expect(ruleText(told, silent, { level: 30 })).toBeNull();
});

test('a mistake in a text is told like one in a condition', () => {
  const wrong = { ...rule!, text: { zh: '{leve}', en: '{level}' } };
  expect(compileType({ ...told, rules: [wrong] }).problems[0]!.message).toMatch(
    /there is no channel leve; there are level/,
  );
});
