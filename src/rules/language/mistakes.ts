import type { Text } from '../../model/text.ts';
import { unitNames } from '../../model/units.ts';
import { type Measure, said } from './measures.ts';

/**
 * Everything that can be wrong with an expression, in both languages: what it is, and what is allowed or to be done. This
 * is the one place for these sentences; where in the expression it is, `Source` says before them.
 */
export const mistakes = {
  // Reading

  unitUnknown: (unit: string): Text => ({
    zh: `没有 “${unit}” 这个单位；可用的有 ${list(unitNames).zh}，以及它们的商，如 mg/m3、/min`,
    en: `"${unit}" is no unit that is known; known are ${list(unitNames).en} and quotients of them such as mg/m3 or /min`,
  }),
  /** @param found what the parser of CEL says. */
  unreadable: (found: string, cure: Text): Text => ({
    zh: `这里读不懂（${found}）。${cure.zh}`,
    en: `${found}. ${cure.en}`,
  }),
  notPartOf: (operator: string): Text => {
    const cure = instead[operator] ?? { zh: '规则语言的全部写法见 docs/rules.md', en: 'docs/rules.md has all of it' };
    return {
      zh: `规则语言里没有 “${operator}”；${cure.zh}`,
      en: `"${operator}" is not part of the rule language; ${cure.en}`,
    };
  },

  // Names

  channelUnknown: (name: string, there: readonly string[]): Text => ({
    zh: `没有 ${name} 这个通道；有 ${list(there).zh}${switchWords.has(name) ? '。开关本身就是真或假：写 fan 或 !fan' : ''}`,
    en: `there is no channel ${name}; there are ${list(there).en}${switchWords.has(name) ? '. A switch is true or false by itself: write fan, or !fan' : ''}`,
  }),
  functionUnknown: (name: string, there: readonly string[]): Text => ({
    zh: `没有 ${name} 这个函数；有 ${list(there).zh}`,
    en: `there is no function ${name}; there are ${list(there).en}`,
  }),
  deviceTypeUnknown: (name: string, there: readonly string[]): Text => ({
    zh: `没有 ${name} 这个设备类型；有 ${list(there).zh}`,
    en: `there is no device type ${name}; there are ${list(there).en}`,
  }),
  siteNameUnknown: (kind: 'area' | 'place', name: string, there: readonly string[]): Text => ({
    zh: `没有 ${name} 这个${kinds[kind].zh}；${there.length > 0 ? `有 ${list(there).zh}` : '现场文件里一个也没有'}`,
    en: `there is no ${kind} ${name}; ${there.length > 0 ? `there are ${list(there).en}` : 'the site has none'}`,
  }),

  // Kinds of values

  differentKinds: (left: [string, Measure], right: [string, Measure], cure: Text): Text => ({
    zh: `${left[0]} 是${said(left[1]).zh}，${right[0]} 是${said(right[1]).zh}：${cure.zh}`,
    en: `${left[0]} is ${said(left[1]).en}, ${right[0]} is ${said(right[1]).en}: ${cure.en}`,
  }),
  differenceWithTemperature: {
    zh: '一边是温度之差，另一边是温度；温度之差请与度数比较，如 delta(temperature, 1 h) > 5 °C',
    en: 'one side is a difference of temperatures, the other a temperature; a difference is compared with so many degrees, as in delta(temperature, 1 h) > 5 °C',
  },
  chainedComparison: (low: string, value: string, high: string, operators: readonly [string, string]): Text => ({
    zh: `一次只能比较两个值；写成 ${low} ${operators[0]} ${value} && ${value} ${operators[1]} ${high}`,
    en: `two values are compared at a time; write ${low} ${operators[0]} ${value} && ${value} ${operators[1]} ${high}`,
  }),
  truthComparedWithOther: {
    zh: '真假值只能用 == 或 != 与真假值比较',
    en: 'what is true or false can only be compared with true or false, by == or !=',
  },
  conditionNeeded: {
    zh: '条件是真或假；请把这个数与什么比较，如 level > 27 cm',
    en: 'a condition is true or false; compare this number with something, as in level > 27 cm',
  },
  conditionNotWord: (words: readonly string[]): Text => ({
    zh: `条件是真或假；${comparedWith(words).zh}`,
    en: `a condition is true or false; ${comparedWith(words).en}`,
  }),
  numberNeeded: { zh: '这里需要一个数，不是条件', en: 'a number is needed here, not a condition' },
  numberNotWord: (words: readonly string[]): Text => ({
    zh: `这里需要一个数；${comparedWith(words).zh}`,
    en: `a number is needed here; ${comparedWith(words).en}`,
  }),
  textTellsNumbers: (words: readonly string[]): Text => ({
    zh: `文字里只能写数值；${comparedWith(words).zh}`,
    en: `a text tells numbers; ${comparedWith(words).en}`,
  }),
  wordCompared: (words: readonly string[]): Text => comparedWith(words),
  wordNever: (words: readonly string[]): Text => ({
    zh: `它不会是这个；${comparedWith(words).zh}`,
    en: `it is never that; ${comparedWith(words).en}`,
  }),
  wordWithoutPartner: {
    zh: '引号里的词要与 baseline(level).kind 这样的东西比较',
    en: 'a word in quotation marks is compared with something like baseline(level).kind',
  },
  neitherNumberNorTruth: (text: string): Text => ({
    zh: `${text} 既不是数，也不是真假`,
    en: `${text} is neither a number nor true or false`,
  }),
  oneSideWithoutUnit: (operator: string): Text => ({
    zh: `“${operator}” 的一边须是没有单位的数`,
    en: `"${operator}" works with a number without unit on one side`,
  }),
  devicesCompared: {
    zh: '设备数用 >、>=、< 或 <= 比较，并写在左边',
    en: 'a number of devices is compared with >, >=, < or <=, and stands on the left',
  },

  // Functions

  written: (name: string, example: string): Text => ({
    zh: `${name} 的写法是 ${example}`,
    en: `${name} is written ${example}`,
  }),
  writtenSo: (example: string): Text => ({ zh: `写法是 ${example}`, en: `it is written ${example}` }),
  partOfNothing: (part: string): Text => ({
    zh: `“.${part}” 属于 ${withParts.zh}`,
    en: `".${part}" belongs to ${withParts.en}`,
  }),
  noParts: (name: string, part: string): Text => ({
    zh: `${name} 没有点后面的部分；“.${part}” 属于 ${withParts.zh}`,
    en: `${name} has no parts; ".${part}" belongs to ${withParts.en}`,
  }),
  partNeeded: (name: string, parts: readonly string[]): Text => ({
    zh: `${name}(…) 的后面要写是其中哪一个：${list(parts).zh}`,
    en: `after ${name}(…) stands which part of it is meant: ${list(parts).en}`,
  }),
  partUnknown: (part: string, there: readonly string[]): Text => ({
    zh: `没有 .${part}；有 ${list(there).zh}`,
    en: `there is no .${part}; there are ${list(there).en}`,
  }),
  channelNeeded: (name: string, example: string, there: readonly string[]): Text => ({
    zh: `${name} 的参数是通道，如 ${example}；此类型有 ${list(there).zh}`,
    en: `${name} is about a channel, as in ${example}; the type has ${list(there).en}`,
  }),
  waveOfSequence: (after: string): Text => ({
    zh: `“${after}” 中：用 sequence 的规则须写明新一轮从何算起：rearm: { after: …, again: … }`,
    en: `in "${after}": of a rule with a sequence it must be said what begins anew: rearm: { after: …, again: … }`,
  }),
  momentByItself: (name: string): Text => ({
    zh: `${name} 是瞬时开关，只在报出它的那条读数上为真，没有前后之分：直接写 ${name}，或 since(${name}) < 10 min`,
    en: `${name} is momentary, on only in the sample that says so, and there is no before: write ${name} by itself, or since(${name}) < 10 min`,
  }),
  baselineNotLearnt: (name: string, there: readonly string[]): Text => ({
    zh: `${name} 没有基线：在 device.yaml 里给它写 baseline: true；${there.length > 0 ? `有基线的是 ${list(there).zh}` : '此类设备都没有'}`,
    en: `nothing is learnt of ${name}: write baseline: true with it in device.yaml; ${there.length > 0 ? `it is learnt of ${list(there).en}` : 'it is learnt of none here'}`,
  }),
  nothingLookedAt: (condition: string): Text => ({
    zh: `“${condition}” 中：条件没有看任何通道，永远不会被判断：加上通道，如 open && hour() < 6`,
    en: `in "${condition}": no channel is looked at, and it would never be judged: add one, as in open && hour() < 6`,
  }),
  numbersNeeded: (name: string): Text => ({
    zh: `${name} 的参数是数值通道`,
    en: `${name} is of a channel with numbers`,
  }),
  durationNeeded: (name: string, example: string): Text => ({
    zh: `${name} 在这里需要一个时长，如 ${example}`,
    en: `${name} takes a duration here, as in ${example}`,
  }),
  windowTooLong: {
    zh: '时间窗最长 90 d：它记得 2,048 个读数，更长的窗里读数会相隔一小时以上',
    en: 'a window is 90 d at most: it remembers 2,048 readings, which in a longer one are over an hour apart',
  },
  nameNeeded: (name: string, example: string): Text => ({
    zh: `${name} 在这里需要一个带引号的名称，如 ${example}`,
    en: `${name} takes a name in quotation marks here, as in ${example}`,
  }),
  limitKind: (example: string): Text => ({
    zh: `界限须与通道同类，如 ${example}`,
    en: `the limit is of the same kind as the channel, as in ${example}`,
  }),
  threeOfOneKind: (name: string, example: string): Text => ({
    zh: `${name} 的三个参数须同类，如 ${example}`,
    en: `${name} takes three of the same kind, as in ${example}`,
  }),
  percentileRange: (example: string): Text => ({
    zh: `percentile 在这里需要 0 到 100，如 ${example}`,
    en: `percentile takes 0 to 100 here, as in ${example}`,
  }),
  positionNeeded: (name: string, there: readonly string[]): Text => ({
    zh: `${name} 需要通道 latitude 与 longitude；此类型有 ${list(there).zh}`,
    en: `${name} needs channels latitude and longitude; there are ${list(there).en}`,
  }),
  siteNameNeeded: (name: string, kind: 'area' | 'place', words: readonly string[]): Text => ({
    zh: `${name} 的参数是 ${list(words).zh}，或带引号的${kinds[kind].zh}编号`,
    en: `${name} takes ${list(words).en} or the id of ${kinds[kind].en} in quotation marks`,
  }),

  // Other devices

  whereNeeded: (name: string, words: readonly string[], asked: string): Text => ({
    zh: `${name} 的范围是 ${list(words).zh}，或周围的距离：${name}(500 m, ${asked})`,
    en: `${name} looks in ${list(words).en}, or around: ${name}(500 m, ${asked})`,
  }),
  leastKnown: (example: string): Text => ({
    zh: `最后一个参数是至少要知道几个邻居，1 到 100，如 ${example}`,
    en: `the last is how many neighbours must be known, 1 to 100, as in ${example}`,
  }),
} satisfies Record<string, Text | ((...args: never[]) => Text)>;

/** What to write where two sides are not of one kind. */
export const cures = {
  writeIt: (written: string): Text => ({ zh: `写成 ${written}`, en: `write ${written}` }),
  writeIn: (unit: string): Text => ({
    zh: `两边须是同类的量，这里的数用 ${unit} 写`,
    en: `both sides must be of the same kind, so write the number in ${unit}`,
  }),
  sameKind: { zh: '两边须是同类的量', en: 'both sides must be of the same kind' },
} satisfies Record<string, Text | ((...args: never[]) => Text)>;

/** What to write instead of something that cannot be read at all. */
export const readingCures = {
  equals: { zh: '比较两个值用 ==', en: 'Two values are compared with ==' },
  halfWidth: { zh: '请用半角符号：, ( ) > < = ! & |', en: 'Write half-width characters: , ( ) > < = ! & |' },
  orEqual: { zh: '请写 >= <= !=', en: 'Write >= <= !=' },
  logic: { zh: '“且”写 &&，“或”写 ||，“非”写 !', en: 'Write && for and, || for or, ! for not' },
  comment: {
    zh: '条件里不能写注释（#）；注释写在它的上一行',
    en: 'A condition has no comments (#) within; write them in the line before it',
  },
  brackets: { zh: '括号要成对', en: 'Brackets come in pairs' },
  between: { zh: '两个条件之间要写 && 或 ||', en: 'Between two conditions stands && or ||' },
  point: { zh: '小数用点写，如 1.5', en: 'A decimal number is written with a point, as in 1.5' },
  duration: {
    zh: '持续多久不写在条件里，而是另写一个键：for: 5 min',
    en: 'How long it must hold is a key beside the condition: for: 5 min',
  },
  latin: {
    zh: '通道用它的英文名，单位用符号，例如：level >= 27 cm',
    en: 'Channels go by their names and units by their symbols, for example: level >= 27 cm',
  },
  example: {
    zh: '写法例如：level > 27 cm && rate(level, 10 min) > 5 cm/h',
    en: 'Write for example: level > 27 cm && rate(level, 10 min) > 5 cm/h',
  },
} satisfies Record<string, Text>;

/** What does in the rule language what an operator of CEL does. */
const instead: Readonly<Record<string, Text>> = {
  in: {
    zh: '请写 between(level, 10 cm, 27 cm)，或用 || 连接几个比较',
    en: 'write between(level, 10 cm, 27 cm), or comparisons with || between them',
  },
  '?:': {
    zh: '请把两种情形都写出来，如 workday() && level > 10 cm || !workday() && level > 15 cm',
    en: 'write both cases, as in workday() && level > 10 cm || !workday() && level > 15 cm',
  },
};

/** What people write for the states of a switch. */
const switchWords: ReadonlySet<string> = new Set(['on', 'off', 'yes', 'no']);

const kinds = { area: { zh: '区域', en: 'an area' }, place: { zh: '地点', en: 'a place' } };

/** What has parts after a dot. */
const withParts: Text = {
  zh: 'baseline(通道) 或 neighbours(范围, 值)',
  en: 'baseline(channel) or neighbours(where, value)',
};

function comparedWith(words: readonly string[]): Text {
  return {
    zh: `它用 == 或 != 与下列词之一比较：${words.map((one) => `"${one}"`).join('、')}`,
    en: `this is compared by == or != with one of ${words.map((one) => `"${one}"`).join(', ')}`,
  };
}

function list(names: readonly string[]): Text {
  return { zh: names.join('、'), en: names.join(', ') };
}
