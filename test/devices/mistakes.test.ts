import { expect, test } from 'vitest';
import { MistakesInFile } from '../../src/devices/mistakes-in-file.ts';
import { LinesOfRules, readRulesText } from '../../src/devices/rule-file.ts';

const head = 'id: r\nname: { zh: 名, en: Name }\nadvice: { zh: 做, en: Do }\nsource: { zh: 源, en: From }\n';
const single = (rest: string) => `${head}${rest}`;
const ladder = (rest: string) => single(`levels:\n  - severity: red\n    when: level > 3 cm\n${rest}`);

/** What is wrong with the text of a rule, a line each. */
function mistakesOf(text: string) {
  try {
    readRulesText(text, 'flood-gauge', 60_000);
  } catch (error) {
    if (error instanceof MistakesInFile) return error.mistakes;
    throw error;
  }
  return [];
}

test.each([
  ['a text in one language', 'id: r\nname: Name', 2, /both languages are needed/, /两种语言都要写/],
  [
    'a text with a comma in braces',
    'id: r\nname: { zh: 水, en: Water, high }\nadvice: { zh: 做, en: Do }\nsource: { zh: 源, en: From }\nseverity: red\nwhen: fan',
    2,
    /a text with a comma needs quotation marks/,
    /含有逗号时要加引号/,
  ],
  ['no condition', single('severity: red'), 1, /^when: is missing: a condition/, /^when：缺少：一个条件/],
  [
    'a condition that YAML reads as a tag',
    single('severity: red\nwhen: !open'),
    6,
    /needs quotation marks/,
    /要加引号/,
  ],
  ['no severity', single('when: level > 3 cm'), 1, /severity: is missing; there are blue/, /缺少；有 blue、yellow/],
  [
    'seconds without a unit',
    single('severity: red\nwhen: fan\nfor: 120'),
    7,
    /a duration such as "30 s"/,
    /需要一个时长/,
  ],
  ['minutes as a word', single('severity: red\nwhen: fan\nfor: 10 minutes'), 7, /is no duration/, /不是时长/],
  ['a silence of nothing', single('severity: red\nsilentFor: 0 s'), 6, /no duration above 0/, /不是大于 0 的时长/],
  ['readings out of none', single('severity: red\nwhen: fan\natLeast: 3'), 7, /such as "3 of 5"/, /写成 "3 of 5"/],
  [
    'more than there are',
    single('severity: red\nwhen: fan\natLeast: 6 of 5'),
    7,
    /not readings out of/,
    /不是至多 30 个/,
  ],
  ['times without a time', single('severity: red\nwhen: fan\ntimes: 3'), 7, /belong together/, /要一起写/],
  [
    'confirm as a word',
    single('severity: red\nwhen: fan\nconfirm: twice'),
    7,
    /a whole number from 2/,
    /须是 2 到 30 的整数/,
  ],
  [
    'a gap of no kind',
    single('severity: red\nwhen: fan\nonGap: stop'),
    7,
    /restart, freeze or fault/,
    /restart、freeze、fault/,
  ],
  ['rearm without a condition', single('severity: red\nwhen: fan\nrearm: 3'), 7, /a condition such as/, /需要一个条件/],
  ['one step', single('severity: red\nsequence:\n  - when: fan'), 6, /at least two steps/, /至少有两步/],
  [
    'a key of a level beside the levels',
    ladder('clearFor: 1 h'),
    8,
    /clearFor: does not stand here/,
    /写在 levels 的各级里/,
  ],
  ['a key that is none', ladder('    holds: 3 s'), 8, /holds: is no key here; there are sev/, /这里没有这个键；有 sev/],
  ['levels the wrong way', ladder('  - { severity: blue, when: fan }'), 5, /from least to most/, /由轻到重/],
  [
    'channels that are none',
    single('severity: red\nsilentFor: 1 h\nof: { a: 1 }'),
    7,
    /a list of channels/,
    /通道的列表/,
  ],
  [
    'one rule twice',
    `- ${single('severity: red\nwhen: fan').replaceAll('\n', '\n  ')}\n`.repeat(2),
    7,
    /twice/,
    /出现了两次/,
  ],
  ['a key twice', single('severity: red\nwhen: fan\nwhen: fan'), 7, /when: is there twice/, /when：出现了两次/],
  ['no rule at all', '3', 1, /a list of rules/, /规则的列表/],
  [
    'a condition that is too long',
    single(`severity: red\nwhen: ${Array(401).fill('fan').join(' || ')}`),
    6,
    /2000 characters at most/,
    /最多 2000 个字符/,
  ],
  [
    'several documents',
    `${single('severity: red\nwhen: fan')}\n---\n${single('severity: red\nwhen: fan')}`,
    7,
    /take this line out/,
    /去掉这一行/,
  ],
  ['a tab', single('severity: red\n\twhen: fan'), 6, /begins with a tab/, /制表符/],
  [
    'a colon without a blank',
    single('severity:red\nwhen: fan'),
    5,
    /half-width colon and a blank/,
    /半角冒号和一个空格/,
  ],
  [
    'a condition with a comma in braces',
    single('levels:\n  - { severity: red, when: slope(level, 10 min) > 3 cm/h }'),
    6,
    /10 min\) > 3 cm\/h: is a part of a condition: within braces one with a comma needs quotation marks/,
    /花括号里的条件含有逗号时要加引号/,
  ],
  [
    'a text that begins with a value',
    single('severity: red\nwhen: fan\ntext:\n  zh: 水深\n  en: {level} deep'),
    9,
    /a text that begins with a brace needs quotation marks/,
    /以花括号开头的文字要加引号/,
  ],
  [
    'a colon in a text',
    single('severity: red\ntext: { zh: 水, en: Level: high }'),
    6,
    /needs quotation marks/,
    /要加引号/,
  ],
])('%s is told in both languages, with its line', (_, text, line, en, zh) => {
  const [first] = mistakesOf(text);
  expect(first).toMatchObject({ line, text: { en: expect.stringMatching(en), zh: expect.stringMatching(zh) } });
});

test('a list of rules names the one that is wrong', () => {
  const [mistake] = mistakesOf(`- ${single('severity: red\nwhen: fan\nfor: 3').replaceAll('\n', '\n  ')}\n`);
  expect(mistake!.text.en).toMatch(/^rule "r": for: /);
  expect(mistake!.text.zh).toMatch(/^规则 “r”：for：/);
});

test('one rule alone needs no dash', () => {
  expect(mistakesOf(single('severity: red\nwhen: fan'))).toEqual([]);
});

test.each([
  ['a condition', 'leve > 3 cm', 9],
  ['a part of one that other devices are asked', 'lvel > 3 cm', 13],
  ['one in lines of its own', 'level > 3 cm && rian > 1 mm', 14],
  ['an expression of a text', 'rate(leve, 10 min)', 12],
  ['one that is a part of another word', 'lev', 11],
  ['what is not there', 'open', 1],
])('%s that is wrong has its line', (_, condition, line) => {
  const text = ladder(`  - severity: red
    when: leve > 3 cm
text:
  zh: leve > 3 cm {lev}
  en: "{rate(leve, 10 min)}"
clear: devices(grid, lvel > 3 cm) < 2
rearm: |
  level > 3 cm
  && rian > 1 mm
`);
  expect(new LinesOfRules(text).of('flood-gauge/r', condition)).toBe(line);
});
