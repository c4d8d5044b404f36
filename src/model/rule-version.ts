/**
 * Where a rule is set: in the folder of its device type, for everything within an area of any tier, or for one device.
 * The nearest wins: the device, its grid, then upwards, then the folder.
 */
export const ruleScopes = ['type', 'area', 'device'] as const;
export type RuleScope = (typeof ruleScopes)[number];

/**
 * What a version of a rule does: `live` judges, `shadow` judges beside the live rules without calling anyone, `off`
 * takes the rule away here, `withdrawn` says nothing any more, so that what is set further out holds again.
 */
export const ruleModes = ['live', 'shadow', 'off', 'withdrawn'] as const;
export type RuleMode = (typeof ruleModes)[number];

/** A rule runs live and in shadow side by side, so a version follows the versions of its own lane. */
export const ruleLanes = ['live', 'shadow'] as const;
export type RuleLane = (typeof ruleLanes)[number];

/** One change of one rule at one place. Versions are only ever added. */
export interface RuleVersion {
  /** Counts all changes of all rules: everything up to a number is what was in force then. */
  version: number;
  /** `{device type}/{name}`. */
  ruleId: string;
  scope: RuleScope;
  /** Id of the device type, area or device. */
  scopeId: string;
  lane: RuleLane;
  mode: RuleMode;
  /** The rule as one entry of a `rules.yaml`; null when it is off or withdrawn. */
  text: string | null;
  /** When an `off` ends by itself, milliseconds since the epoch; null for never. */
  until: number | null;
  /** Why, in the words of who did it; empty for what a folder says. */
  note: string;
  at: number;
  /** Null: from the folder of the device type, or by Tocsin at the end of an `off`. */
  byPersonId: string | null;
  /** The version of the same rule, place and lane before this one; null for the first. */
  before: number | null;
  /** The version whose content this one brings back; null for any other change. */
  reverts: number | null;
}

/**
 * Whether alarms that it keeps from calling anyone are kept apart: what is tried out, and what is off for a time, such as
 * that of a cover which is opened for planned work.
 */
export function isKeptApart({ mode, until }: Pick<RuleVersion, 'mode' | 'until'>): boolean {
  return mode === 'shadow' || (mode === 'off' && until !== null);
}
