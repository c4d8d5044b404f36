import { z } from 'zod';
import { severities, severityRank } from '../model/severity.ts';
import { parseDuration } from '../shared/duration.ts';
import { plainWords } from './plain-words.ts';
import { DurationInFile, IdInFile, TextInFile } from './schema-parts.ts';

/** What an entry of `rules.yaml` may say. Conditions are taken as they are; the rules room compiles them. */

const aCondition = 'a condition in quotation marks, such as "level > 27 cm"';
const Condition = z.string(aCondition).trim().min(1, aCondition).max(2000);
const SeverityInFile = z.enum(severities, {
  error: ({ input }) => `${input === undefined ? 'is missing' : 'is no severity'}; there are ${severities.join(', ')}`,
});
const Times = wholeNumber(2, 100);
/** Readings are looked at in the bits of an integer. */
const mostReadings = 30;

function wholeNumber(least: number, most: number) {
  const range = `a whole number from ${least} to ${most}`;
  return z.int(range).min(least, range).max(most, range);
}

const AtLeast = z.string('readings such as "3 of 5"').transform((text, context) => {
  const [, readings, of] = (/^(\d+)\s*of\s*(\d+)$/.exec(text.trim()) ?? []).map(Number);
  if (readings && of && readings <= of && of <= mostReadings) return { readings, of };
  const message = `"${text}" is not readings out of at most ${mostReadings}; write it as "3 of 5"`;
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
    .min(2, 'a sequence has at least two steps')
    .max(10, 'a sequence has ten steps at most')
    .optional(),
  clear: Condition.optional(),
  clearFor: DurationInFile.default(0),
};
type LevelInFile = z.output<z.ZodObject<typeof level>>;

function checkLevel(of: LevelInFile, context: z.RefinementCtx): void {
  const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (of.when === undefined && of.sequence === undefined)
    issue('when', 'is missing: a condition such as "level > 27 cm"; or a sequence');
  if (of.atLeast && of.confirm)
    issue('confirm', `confirm: ${of.confirm} is atLeast: ${of.confirm} of ${of.confirm}; one of the two is enough`);
  if ((of.times === undefined) !== (of.within === undefined))
    issue(of.times === undefined ? 'within' : 'times', 'times and within belong together: times: 3, within: 10 min');
  if (!of.sequence) return;
  for (const key of ['when', 'for', 'atLeast', 'times'] as const)
    if (of[key] !== undefined) issue(key, `a sequence says it in its steps, each with when, for, unless, within`);
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
        ? 'a condition such as "level < peak(level) - 10 cm", or { after: that condition, again: a condition, for: a duration }'
        : undefined,
  },
);
/** A condition alone is its `after`. */
const Rearm = z
  .preprocess((input) => (typeof input === 'string' ? { after: input } : input), RearmWithKeys)
  .transform(({ after, again, for: forMs }) => ({ after, again, for: forMs }));

const judged = {
  maxGap: DurationInFile.optional(),
  onGap: z.enum(['restart', 'freeze', 'fault'], 'restart, freeze or fault').default('restart'),
  minActive: DurationInFile.optional(),
  stepDownAfter: DurationInFile.optional(),
  rearm: Rearm.optional(),
};

/** So long, or so many reporting periods of the type; for a device that reports more seldom, so many of its own. */
const SilentFor = z.string('a duration such as "30 min", or "6 periods"').transform((text, context) => {
  const own = /^(.+?),?\s+or\s+([1-9]\d*)\s+usual\s+periods$/.exec(text.trim());
  const usual = own ? { usual: Number(own[2]) } : {};
  const least = (own?.[1] ?? text).trim();
  const periods = /^(\d+)\s*periods$/.exec(least);
  if (periods && Number(periods[1]) > 0) return { periods: Number(periods[1]), ...usual };
  const ms = parseDuration(least);
  if (ms !== null && ms > 0) return { ms, ...usual };
  const message = `"${text}" is no duration above 0; write it as "10 min", "12 h", "6 periods" or "10 min or 4 usual periods"`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const names = 'a channel or a list of channels';
const Names = z.preprocess(
  (input) => (typeof input === 'string' ? [input] : input),
  z.array(z.string('the name of a channel'), names).min(1, names),
);

const Silence = z.strictObject({ ...common, severity: SeverityInFile, silentFor: SilentFor, of: Names.optional() });
const Ladder = z.strictObject({
  ...common,
  ...judged,
  levels: z
    .array(Level, 'a list of levels, each beginning with "- severity: …"')
    .min(1, 'at least one level: "- severity: …" with a condition "when: …"')
    .refine(
      (levels) =>
        levels.every((one, i) => i === 0 || severityRank(one.severity) > severityRank(levels[i - 1]!.severity)),
      'levels stand from least to most severe, each severity once',
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
        message: 'a rule is keys with their values: id, name, advice, source, severity, when, …',
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
            message: `is no key here; there are ${allowed(schema, path)}`,
          });
    }
    return z.NEVER;
  });
export type RuleInFile = z.output<typeof RuleInFile>;

const texts: ReadonlySet<string> = new Set(['name', 'advice', 'source', 'text']);

/** The keys that may stand at a place of a rule. */
function allowed(schema: typeof Silence | typeof Ladder | typeof Single, path: readonly PropertyKey[]): string {
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
  return Object.keys(shape).join(', ');
}

export const RuleFile = z
  .array(RuleInFile, 'a list of rules, each beginning with "- id: …"')
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    for (const [index, rule] of rules.entries()) {
      if (!rule) continue;
      if (seen.has(rule.id))
        context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${rule.id}" is there twice` });
      seen.add(rule.id);
    }
  });
