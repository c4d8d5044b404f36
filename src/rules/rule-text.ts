import type { DeviceType } from '../model/device-type.ts';
import { fillPlaceholders } from '../model/placeholders.ts';
import type { Rule } from '../model/rule.ts';
import type { Text } from '../model/text.ts';
import { compileType } from './compile.ts';

/** Placeholder → unit, of each rule that was asked for: rules are compiled once. */
const unitsByRule = new WeakMap<Rule, ReadonlyMap<string, string>>();

/**
 * The text of a rule with the values that were kept with an alarm.
 * @param values as `AlarmEffect` has them: by channel, and by the expression that stands in the text.
 * @returns null when the rule has no text.
 */
export function ruleText(type: DeviceType, rule: Rule, values: Readonly<Record<string, number>>): Text | null {
  if (!rule.text) return null;
  const units = unitsOf(type, rule);
  const filled = (text: string) => fillPlaceholders(text, (source) => written(values[source], units.get(source) ?? ''));
  return { zh: filled(rule.text.zh), en: filled(rule.text.en) };
}

function unitsOf(type: DeviceType, rule: Rule): ReadonlyMap<string, string> {
  const known = unitsByRule.get(rule);
  if (known) return known;
  const [compiled] = compileType({ ...type, rules: [rule] }).rules;
  const units = new Map(compiled?.textValues.map(({ source, unit }) => [source, unit]));
  unitsByRule.set(rule, units);
  return units;
}

/** At most three digits that count, which is as much as anyone reads; what was not known then is a dash. */
function written(value: number | undefined, unit: string): string {
  if (value === undefined) return '–';
  const number = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  return unit === '' ? String(number) : `${number} ${unit}`;
}
