import { expect, test } from 'vitest';
import { en } from '../../src/console/messages/en.ts';
import { zh } from '../../src/console/messages/zh.ts';
import { severities } from '../../src/model/severity.ts';
import { errorCodes } from '../../src/shared/errors.ts';

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...leaves(value, `${path}${key}.`)],
    ),
  );
}
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

test('both languages have the same messages, none empty, with the same places to fill in', () => {
  const [chinese, english] = [leaves(zh), leaves(en)];
  expect([...english.keys()]).toEqual([...chinese.keys()]);
  expect(chinese.size).toBeGreaterThan(200);
  for (const [key, text] of chinese) {
    expect(text.trim(), key).not.toBe('');
    expect(english.get(key)!.trim(), key).not.toBe('');
    for (const form of english.get(key)!.split(' | ')) expect(placeholders(form), key).toEqual(placeholders(text));
  }
});

test('whatever a frame can be turned away or quarantined for has a title in both languages', () => {
  const codes = Object.keys(errorCodes);
  const ofFrames = codes.slice(codes.indexOf('CREDENTIAL_INVALID'), codes.indexOf('FRAME_FAILED') + 1);
  // Not about frames: a command that did not arrive, and the journal itself.
  const expected = ofFrames.filter((code) => code !== 'DEVICE_UNREACHABLE' && !code.startsWith('JOURNAL_'));
  expect(expected.length).toBeGreaterThan(15);
  for (const code of [...expected, 'DEVICE_TYPE_UNKNOWN', 'TOO_MANY_REQUESTS']) {
    expect(zh.quarantineCode, code).toHaveProperty(code);
  }
});

test('an alarm that a machine raises is never called a published warning', () => {
  for (const [key, text] of leaves(zh)) expect(text, key).not.toContain('预警');
});

test('every severity has its colour as a word, and its level', () => {
  expect(severities.map((severity) => zh.severity[severity]).join('')).toBe('蓝黄橙红');
  expect(zh.severityLong.red).toBe('红色 一级');
});

test('Chinese messages are Chinese and English ones have no Chinese in them', () => {
  for (const [key, text] of leaves(en)) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
});
