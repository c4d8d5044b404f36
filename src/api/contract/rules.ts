import { z } from 'zod';
import { ruleLanes, ruleModes, ruleScopes } from '../../model/rule-version.ts';
import { Count, Severity, Text, Time } from './basics.ts';
import { PersonRef } from './people.ts';

export const Rule = z.object({
  id: z.string(),
  name: Text,
  advice: Text,
  source: Text,
  severity: Severity,
  silentForMs: z.number().nullable(),
  levels: z.array(
    z.object({
      severity: Severity,
      when: z.string(),
      forMs: z.number(),
      clear: z.string().nullable(),
      clearForMs: z.number(),
      atLeast: z.object({ readings: Count, of: Count }).optional(),
      confirm: Count.optional(),
      repeated: z.object({ times: Count, withinMs: z.number() }).optional(),
      /** Begins when these have happened one after another, instead of `when`. */
      sequence: z
        .array(
          z.object({
            when: z.string(),
            forMs: z.number(),
            unless: z.string().nullable(),
            withinMs: z.number().nullable(),
          }),
        )
        .optional(),
    }),
  ),
  minActiveMs: z.number().optional(),
  stepDownAfterMs: z.number().optional(),
  rearm: z.object({ after: z.string(), again: z.string().nullable(), forMs: z.number() }).optional(),
});
export type Rule = z.infer<typeof Rule>;

const version = Count.describe('counts all changes of all rules');

export const RuleVersion = z.object({
  version,
  ruleId: z.string(),
  scope: z.enum(ruleScopes).describe('where it is set: the folder of the type, an area, a device'),
  scopeId: z.string(),
  /** What the area or device is called; null for a type, or what is no more. */
  place: Text.nullable(),
  lane: z.enum(ruleLanes),
  mode: z.enum(ruleModes).describe('withdrawn: what is set further out holds again'),
  text: z.string().nullable().describe('as an entry of rules.yaml; null when it is off or withdrawn'),
  /** The text as it judges; null without one, or when this Tocsin cannot read it. */
  rule: Rule.nullable(),
  until: Time.nullable().describe('when off ends by itself'),
  note: z.string(),
  at: Time,
  by: PersonRef.nullable().describe('null: the folder of the type, or the end of an off'),
  before: version.nullable().describe('the version of the same place that it followed'),
  reverts: version.nullable().describe('the version whose content it brought back'),
  inForce: z.boolean().describe('whether it is the newest of its place'),
});
export type RuleVersion = z.infer<typeof RuleVersion>;

/** One rule of a type, what its folder says, and where it is set otherwise. */
export const RuleOverview = z.object({
  ruleId: z.string(),
  deviceType: z.string(),
  name: Text,
  /** What the folder says; null for a rule that no folder has. */
  folder: RuleVersion.nullable(),
  /** In force, at areas and devices. */
  places: z.array(RuleVersion),
});
export type RuleOverview = z.infer<typeof RuleOverview>;

/** One rule as it holds for one device. */
export const DeviceRule = z.object({
  ruleId: z.string(),
  name: Text,
  /** The rule that judges; null while it is off here. */
  rule: Rule.nullable(),
  /** Where that comes from; null for a type that has no versions. */
  origin: RuleVersion.nullable(),
  /** What is tried out beside it. */
  shadow: RuleVersion.nullable(),
});
export type DeviceRule = z.infer<typeof DeviceRule>;

/** Why something is changed. */
const why = z.string().trim().min(1).max(2000).describe('why, for those who read the history');

const place = {
  scope: z.enum(['area', 'device']),
  scopeId: z.string().min(1).max(300),
};

const expected = version
  .nullable()
  .optional()
  .describe('the version that is to be followed, null for none; the change is refused when another came in between');

export const RuleChange = z.discriminatedUnion('mode', [
  z.object({ ...place, mode: z.enum(['live', 'shadow']), text: z.string().min(1).max(20_000), note: why, expected }),
  z.object({ ...place, mode: z.literal('off'), until: Time.nullable().default(null), note: why, expected }),
]);
export type RuleChange = z.infer<typeof RuleChange>;

export const RuleRevert = z.object({ version, note: why });

export const RuleToCheck = z.object({
  deviceType: z.string(),
  text: z.string().max(20_000),
  name: z.string().optional().describe('what its id must be'),
});

export const RuleCheck = z.object({
  /** Null when something is wrong. */
  rule: Rule.nullable(),
  problems: z.array(z.object({ line: Count, message: Text })),
});
export type RuleCheck = z.infer<typeof RuleCheck>;
