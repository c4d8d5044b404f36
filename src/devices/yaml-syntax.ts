import type { YAMLError } from 'yaml';
import type { Text } from '../model/text.ts';
import type { MistakeInFile } from './mistakes-in-file.ts';

/** What is wrong with a text that is no YAML: what people do before they think of YAML's rules comes first. */
export function yamlMistakes(text: string, errors: readonly YAMLError[]): MistakeInFile[] {
  const lines = text.split(/\r?\n/);
  const usual = usualMistakes.flatMap(({ pattern, text }) => {
    const index = lines.findIndex((line) => pattern.test(line));
    return index < 0 ? [] : [{ line: index + 1, text }];
  });
  return [...usual, ...errors.map((error) => ({ line: error.linePos?.[0].line ?? 1, text: told(error, text) }))];
}

const usualMistakes: { pattern: RegExp; text: Text }[] = [
  {
    pattern: /^ *\t/,
    text: {
      zh: '这一行以制表符开头；YAML 用空格缩进',
      en: 'the line begins with a tab; YAML is indented with spaces',
    },
  },
  {
    pattern: /^\s*(?:- )?\w+(?:\s*：|:(?=[^\s]))/,
    text: {
      zh: '键的后面是半角冒号和一个空格，如 severity: red',
      en: 'after a key stand a half-width colon and a blank, as in severity: red',
    },
  },
  {
    pattern: /^\s*(?:- )?\w+: \{[^{}:]*\}\s*[^\s#]/,
    text: {
      zh: '以花括号开头的文字要加引号，如 en: "{level} deep"',
      en: 'a text that begins with a brace needs quotation marks, as in en: "{level} deep"',
    },
  },
];

/** YAML takes what follows a colon and a blank for the value of a key. */
const colonInText: Text = {
  zh: '这里的文字含有冒号加空格，要加引号，如 en: "River: stage"；或者上一行没有写完',
  en: 'a text with a colon and a blank in it needs quotation marks, as in en: "River: stage"; or the line before is not finished',
};

const known: Partial<Record<YAMLError['code'], Text>> = {
  BLOCK_AS_IMPLICIT_KEY: colonInText,
  BLOCK_IN_FLOW: colonInText,
  MULTILINE_IMPLICIT_KEY: colonInText,
  BAD_INDENT: {
    zh: '同一层的键要对齐，括号要成对',
    en: 'keys of one thing begin below each other, and brackets come in pairs',
  },
};

function told({ code, message, pos: [from] }: YAMLError, text: string): Text {
  if (code === 'DUPLICATE_KEY') {
    const key = text.slice(from).split(':')[0]!.trim();
    return { zh: `${key}：出现了两次`, en: `${key}: is there twice` };
  }
  if (code === 'MULTIPLE_DOCS') {
    return { zh: '--- 把文件分成了几份；去掉这一行', en: '--- makes several documents of it; take this line out' };
  }
  const found = message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '');
  const cure = known[code];
  const zh = `YAML 的写法有误（${found}）`;
  return cure ? { zh: `${zh}：${cure.zh}`, en: `${found}: ${cure.en}` } : { zh, en: found };
}
