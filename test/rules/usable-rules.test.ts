import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { usableRules } from '../../src/rules/versions/check-rule.ts';
import { TocsinError } from '../../src/shared/errors.ts';

const gauge = loadDeviceTypes('devices').types.get('flood-gauge')!;

function ruleText(id: string, when: string): string {
  const both = '{ zh: 水, en: Water }';
  return `- { id: ${id}, name: ${both}, advice: ${both}, source: ${both}, severity: red, when: ${when} }\n`;
}

test('of very many mistakes the first are told with their lines, and how many more there are', () => {
  const text = Array.from({ length: 120 }, (_, i) => ruleText(`r${i}`, i === 0 ? 'level > 1 cm' : 'leve > 1 cm')).join(
    '',
  );
  const failure = (() => {
    try {
      usableRules(text, gauge);
    } catch (error) {
      return error as TocsinError;
    }
  })();
  expect(failure).toBeInstanceOf(TocsinError);
  const { problems } = failure!.detail as { problems: { line: number; message: { en: string } }[] };
  expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 51 }, (_, i) => i + 2));
  expect(problems.at(-1)!.message).toEqual({ zh: '另有 69 处错误', en: 'and 69 more' });
  expect(problems[0]!.message.en).toContain('there is no channel leve');
});
