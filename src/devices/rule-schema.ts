import { z } from 'zod';
import { severities, severityRank } from '../model/severity.ts';
import type { Text } from '../model/text.ts';
import { parseDuration } from '../shared/duration.ts';
import { both } from './both-languages.ts';
import { plainWords } from './plain-words.ts';
import { DurationInFile, IdInFile, TextInFile } from './schema-parts.ts';

/** What an entry of `rules.yaml` may say. Conditions are taken as they are; the rules room compiles them. */

const aCondition = both({
  zh: '需要一个条件，如 level > 27 cm；以 ! 开头的要加引号，如 "!open"',
  en: 'a condition such as level > 27 cm; one that begins with ! needs quotation marks: "!open"',
});
const longestCondition = 2000;
const tooLong = both({
  zh: `条件最多 ${longestCondition} 个字符；把它分成几条规则`,
  en: `a condition has ${longestCondition} characters at most; make several rules of it`,
});
const Condition = z.string(aCondition).trim().min(1, aCondition).max(longestCondition, tooLong);
const SeverityInFile = z.enum(severities, {
  error: ({ input }) =>
    both({
      zh: `${input === undefined ? '缺少' : '没有这个级别'}；有 ${severities.join('、')}`,
      en: `${input === undefined ? 'is missing' : 'is no severity'}; there are ${severities.join(', ')}`,
    }),
});
const Times = wholeNumber(2, 100);
/** Readings are looked at in the bits of an integer. */
const mostReadings = 30;

function wholeNumber(least: number, most: number) {
  const range = both({
    zh: `须是 ${least} 到 ${most} 的整数`,
    en: `a whole number from ${least} to ${most}`,
  });
  return z.int(range).min(least, range).max(most, range);
}

const someReadings = both({ zh: '写成 "3 of 5"：5 个读数中至少 3 个', en: 'readings such as "3 of 5"' });
const AtLeast = z.string(someReadings).transform((text, context) => {
  const [, readings, of] = (/^(\d+)\s*of\s*(\d+)$/.exec(text.trim()) ?? []).map(Number);
  if (readings && of && readings <= of && of <= mostReadings) return { readings, of };
  const message = both({
    zh: `“${text}” 不是至多 ${mostReadings} 个读数中的几个；写成 "3 of 5"`,
    en: `"${text}" is not readings out of at most ${mostReadings}; write it as "3 of 5"`,
  });
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const Step = z.strictObject({
  when: Condition,
  for: DurationInFile.default(0),
  unless: Condition.optional(),
  within: DurationInFile.optional(),
});

const level = {
  severity: SeverityInFile,
  when: Condition.optional(),
  for: DurationInFile.optional(),
  atLeast: AtLeast.optional(),
  confirm: wholeNumber(2, mostReadings).optional(),
  times: Times.optional(),
  within: DurationInFile.optional(),
  sequence: z
    .array(Step)
    .min(2, both({ zh: '先后顺序至少有两步', en: 'a sequence has at least two steps' }))
    .max(10, both({ zh: '先后顺序至多有十步', en: 'a sequence has ten steps at most' }))
    .optional(),
  clear: Condition.optional(),
  clearFor: DurationInFile.default(0),
};
type LevelInFile = z.output<z.ZodObject<typeof level>>;

function checkLevel(of: LevelInFile, context: z.RefinementCtx): void {
  const issue = (path: string, told: Text) => context.addIssue({ code: 'custom', path: [path], message: both(told) });
  if (of.when === undefined && of.sequence === undefined)
    issue('when', {
      zh: '缺少：一个条件，如 level > 27 cm；或者 sequence',
      en: 'is missing: a condition such as level > 27 cm; or a sequence',
    });
  if (of.atLeast && of.confirm)
    issue('confirm', {
      zh: `confirm: ${of.confirm} 就是 atLeast: ${of.confirm} of ${of.confirm}；写其中一个就够了`,
      en: `confirm: ${of.confirm} is atLeast: ${of.confirm} of ${of.confirm}; one of the two is enough`,
    });
  if ((of.times === undefined) !== (of.within === undefined))
    issue(of.times === undefined ? 'within' : 'times', {
      zh: 'times 与 within 要一起写：times: 3，within: 10 min',
      en: 'times and within belong together: times: 3, within: 10 min',
    });
  if (!of.sequence) return;
  for (const key of ['when', 'for', 'atLeast', 'times'] as const)
    if (of[key] !== undefined)
      issue(key, {
        zh: '有 sequence 时写在它的各步里，每一步有 when、for、unless、within',
        en: 'a sequence says it in its steps, each with when, for, unless, within',
      });
}

const Level = z.strictObject(level).superRefine(checkLevel);

const common = {
  id: IdInFile,
  name: TextInFile,
  advice: TextInFile,
  source: TextInFile,
  text: TextInFile.optional(),
};

const RearmWithKeys = z.strictObject(
  { after: Condition, again: Condition.optional(), for: DurationInFile.default(0) },
  {
    error: ({ code }) =>
      code === 'invalid_type'
        ? both({
            zh: '需要一个条件，如 level < peak(level) - 10 cm；或 { after: 这个条件, again: 一个条件, for: 时长 }',
            en: 'a condition such as "level < peak(level) - 10 cm", or { after: that condition, again: a condition, for: a duration }',
          })
        : undefined,
  },
);
/** A condition alone is its `after`. */
const Rearm = z
  .preprocess((input) => (typeof input === 'string' ? { after: input } : input), RearmWithKeys)
  .transform(({ after, again, for: forMs }) => ({ after, again, for: forMs }));

const gaps = ['restart', 'freeze', 'fault'] as const;
const judged = {
  maxGap: DurationInFile.optional(),
  onGap: z.enum(gaps, both({ zh: `须是 ${gaps.join('、')} 之一`, en: 'restart, freeze or fault' })).default('restart'),
  minActive: DurationInFile.optional(),
  stepDownAfter: DurationInFile.optional(),
  rearm: Rearm.optional(),
};

/** So long, or so many reporting periods of the type; for a device that reports more seldom, so many of its own. */
const aSilence = both({
  zh: '需要一个时长，如 "30 min"，或 "6 periods"',
  en: 'a duration such as "30 min", or "6 periods"',
});
const SilentFor = z.string(aSilence).transform((text, context) => {
  const own = /^(.+?),?\s+or\s+([1-9]\d*)\s+usual\s+periods$/.exec(text.trim());
  const usual = own ? { usual: Number(own[2]) } : {};
  const least = (own?.[1] ?? text).trim();
  const periods = /^(\d+)\s*periods$/.exec(least);
  if (periods && Number(periods[1]) > 0) return { periods: Number(periods[1]), ...usual };
  const ms = parseDuration(least);
  if (ms !== null && ms > 0) return { ms, ...usual };
  const message = both({
    zh: `“${text}” 不是大于 0 的时长；写成 "10 min"、"12 h"、"6 periods" 或 "10 min or 4 usual periods"`,
    en: `"${text}" is no duration above 0; write it as "10 min", "12 h", "6 periods" or "10 min or 4 usual periods"`,
  });
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const names = both({ zh: '一个通道或通道的列表', en: 'a channel or a list of channels' });
const Names = z.preprocess(
  (input) => (typeof input === 'string' ? [input] : input),
  z.array(z.string(both({ zh: '通道的名称', en: 'the name of a channel' })), names).min(1, names),
);

const Silence = z.strictObject({ ...common, severity: SeverityInFile, silentFor: SilentFor, of: Names.optional() });
const Ladder = z.strictObject({
  ...common,
  ...judged,
  levels: z
    .array(
      Level,
      both({
        zh: '各级的列表，每级以 "- severity: …" 开头',
        en: 'a list of levels, each beginning with "- severity: …"',
      }),
    )
    .min(
      1,
      both({
        zh: '至少一级："- severity: …"，并有条件 "when: …"',
        en: 'at least one level: "- severity: …" with a condition "when: …"',
      }),
    )
    .refine(
      (levels) =>
        levels.every((one, i) => i === 0 || severityRank(one.severity) > severityRank(levels[i - 1]!.severity)),
      both({
        zh: '各级由轻到重排列，每个级别只写一次',
        en: 'levels stand from least to most severe, each severity once',
      }),
    ),
});
const Single = z.strictObject({ ...common, ...judged, ...level }).superRefine(checkLevel);

/** One kind of rule is chosen by its keys, so that a mistake is told in terms of the kind that was meant. */
export const RuleInFile = z
  .unknown()
  .transform((input, context): z.output<typeof Silence | typeof Ladder | typeof Single> => {
    if (input === null || typeof input !== 'object' || Array.isArray(input)) {
      context.addIssue({
        code: 'custom',
        message: both({
          zh: '一条规则由键和值组成：id、name、advice、source、severity、when……',
          en: 'a rule is keys with their values: id, name, advice, source, severity, when, …',
        }),
      });
      return z.NEVER;
    }
    const keys = input;
    const schema = 'silentFor' in keys ? Silence : 'levels' in keys ? Ladder : Single;
    const result = schema.safeParse(input, { error: plainWords });
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const { path, message } = issue;
      if (issue.code !== 'unrecognized_keys') context.addIssue({ code: 'custom', path, message });
      else
        for (const key of issue.keys)
          context.addIssue({
            code: 'custom',
            path: [...path, key],
            message: both(noKey(key, schema, path)),
          });
    }
    return z.NEVER;
  });
export type RuleInFile = z.output<typeof RuleInFile>;

const texts: ReadonlySet<string> = new Set(['name', 'advice', 'source', 'text']);

function noKey(key: string, schema: Kind, path: readonly PropertyKey[]): Text {
  if (schema === Ladder && path.length === 0 && key in level)
    return { zh: '不写在这里，写在 levels 的各级里', en: 'does not stand here, but in each of the levels' };
  const keys = allowed(schema, path);
  if (keys.join() === 'zh,en')
    return {
      zh: '这里只有 zh 和 en；花括号里的文字含有逗号时要加引号',
      en: 'is no key here; there are zh, en. Within braces a text with a comma needs quotation marks',
    };
  if (/[\s()<>=&|]/.test(key))
    return {
      zh: '是条件的一部分：花括号里的条件含有逗号时要加引号，如 { severity: red, when: "rate(level, 10 min) > 5 cm/h" }',
      en: 'is a part of a condition: within braces one with a comma needs quotation marks, as in { severity: red, when: "rate(level, 10 min) > 5 cm/h" }',
    };
  return { zh: `这里没有这个键；有 ${keys.join('、')}`, en: `is no key here; there are ${keys.join(', ')}` };
}

type Kind = typeof Silence | typeof Ladder | typeof Single;

/** The keys that may stand at a place of a rule. */
function allowed(schema: Kind, path: readonly PropertyKey[]): string[] {
  const place = path.findLast((key) => typeof key === 'string');
  const shape = texts.has(String(place))
    ? { zh: 0, en: 0 }
    : place === 'levels'
      ? level
      : place === 'sequence'
        ? Step.shape
        : place === 'rearm'
          ? RearmWithKeys.shape
          : schema.shape;
  return Object.keys(shape);
}

export const RuleFile = z
  .array(
    RuleInFile,
    both({ zh: '规则的列表，每条以 "- id: …" 开头', en: 'a list of rules, each beginning with "- id: …"' }),
  )
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    for (const [index, rule] of rules.entries()) {
      if (!rule) continue;
      if (seen.has(rule.id))
        context.addIssue({
          code: 'custom',
          path: [index, 'id'],
          message: both({ zh: `“${rule.id}” 出现了两次`, en: `"${rule.id}" is there twice` }),
        });
      seen.add(rule.id);
    }
  });
