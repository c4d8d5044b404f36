import { readFileSync } from 'node:fs';
import { isMap, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import type { Rule } from '../model/rule.ts';
import { severities, severityRank } from '../model/severity.ts';
import { DurationInFile, IdInFile, TextInFile } from './schema-parts.ts';
import { parseYaml, readYaml } from './yaml-file.ts';

const Condition = z.string('a condition in quotation marks, such as "level > 27 cm"').trim().min(1).max(2000);

const Level = z.strictObject({
  severity: z.enum(severities),
  when: Condition,
  for: DurationInFile.default(0),
  clear: Condition.optional(),
  clearFor: DurationInFile.default(0),
});

const common = {
  id: IdInFile,
  name: TextInFile,
  advice: TextInFile,
  source: TextInFile,
};
const gap = { maxGap: DurationInFile.optional(), onGap: z.enum(['restart', 'freeze']).default('restart') };

const Silence = z.strictObject({
  ...common,
  severity: z.enum(severities),
  silentFor: DurationInFile.refine((ms) => ms > 0, 'silentFor must be above 0'),
});
const Ladder = z.strictObject({
  ...common,
  ...gap,
  levels: z
    .array(Level)
    .min(1)
    .refine(
      (levels) => levels.every((level, i) => i === 0 || rank(level) > rank(levels[i - 1]!)),
      'levels stand from least to most severe, each severity once',
    ),
});
const Single = z.strictObject({ ...common, ...gap, ...Level.shape });

/** One kind of rule is chosen by its keys, so that a mistake is told in terms of the kind that was meant. */
const RuleInFile = z.unknown().transform((input, context): z.output<typeof Silence | typeof Ladder | typeof Single> => {
  const keys = input !== null && typeof input === 'object' ? input : {};
  const schema = 'silentFor' in keys ? Silence : 'levels' in keys ? Ladder : Single;
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
});

const RuleFile = z.array(RuleInFile).superRefine((rules, context) => {
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    if (!rule) continue;
    if (seen.has(rule.id))
      context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${rule.id}" is there twice` });
    seen.add(rule.id);
  }
});

/**
 * Reads `rules.yaml`: a list of rules, each with `levels`, or with the keys of a single level, or with `silentFor`.
 * Conditions are taken as they are; the rules room compiles them.
 * @param periodMs reporting period of the type: a gap of more than three breaks a hold when the rule says nothing.
 * @throws TocsinError DEVICE_TYPE_INVALID.
 */
export function readRuleFile(file: string, deviceType: string, periodMs: number): Rule[] {
  return readYaml(file, RuleFile, 'rule').map((rule) => ruleOf(rule, deviceType, periodMs));
}

/**
 * Reads one rule, as an entry of `rules.yaml` without its dash.
 * @throws TocsinError DEVICE_TYPE_INVALID that names the line of the text and what is allowed.
 */
export function readRuleText(text: string, deviceType: string, periodMs: number): Rule {
  return ruleOf(parseYaml(text, 'rule', RuleInFile, 'rule'), deviceType, periodMs);
}

function ruleOf(rule: z.output<typeof RuleInFile>, deviceType: string, periodMs: number): Rule {
  const { id, name, advice, source } = rule;
  const head = { id: `${deviceType}/${id}`, deviceType, name, advice, source };
  const defaultGap = 3 * periodMs;
  if ('silentFor' in rule) {
    const { severity, silentFor } = rule;
    return { ...head, levels: [], silentForMs: silentFor, severity, maxGapMs: defaultGap, onGap: 'restart' };
  }
  const levels = ('levels' in rule ? rule.levels : [rule]).map(({ severity, when, for: forMs, clear, clearFor }) => {
    return { severity, when, forMs, clear: clear ?? null, clearForMs: clearFor };
  });
  const { severity } = levels.at(-1)!;
  return { ...head, levels, silentForMs: null, severity, maxGapMs: rule.maxGap ?? defaultGap, onGap: rule.onGap };
}

/**
 * The line of a condition in a `rules.yaml` that has been read, for messages about what only the rules room finds.
 * @param ruleId as in `Rule`, `type/rule`
 */
export function lineOfRule(file: string, ruleId: string, condition: string): number {
  const counter = new LineCounter();
  const { contents } = parseDocument(readFileSync(file, 'utf8'), { lineCounter: counter });
  const id = ruleId.slice(ruleId.indexOf('/') + 1);
  const rule = isSeq(contents)
    ? contents.items.find((item) => isMap(item) && String(item.get('id')) === id)
    : undefined;
  let offset = isMap(rule) ? (rule.range?.[0] ?? 0) : 0;
  if (isMap(rule)) {
    visit(rule, {
      Scalar(_, { value, range }) {
        if (String(value).trim() !== condition) return;
        offset = range?.[0] ?? offset;
        return visit.BREAK;
      },
    });
  }
  return counter.linePos(offset).line;
}

function rank(level: { severity: (typeof severities)[number] }): number {
  return severityRank(level.severity);
}
