import type { Channel } from '../../model/channel.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { convert } from '../../model/units.ts';
import type { Series } from '../contract.ts';

/** `level > 27 cm`, `o2 <= 19.5 %`: a channel, a comparison, a number, perhaps a unit. */
const comparison = /(?<![\w.])([A-Za-z_]\w*)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*([%°µA-Za-z][^\s&|()<>=!,?:]*)?/g;

/**
 * The lines that a chart of this channel shows: what its rules compare it with, in the channel's unit. Only plain
 * comparisons with a number count; rates, windows, baselines and negated conditions have no line.
 */
export function thresholdsOf(type: DeviceType, channel: Channel): Series['thresholds'] {
  return type.rules.flatMap((rule) =>
    rule.levels.flatMap(({ severity, when }) => {
      if (/!(?!=)/.test(when)) return [];
      return [...when.matchAll(comparison)].flatMap(([, name, operator, number, unit]) => {
        const value = name === channel.name ? inUnit(Number(number), unit, channel.unit) : null;
        if (value === null) return [];
        const direction = operator!.startsWith('>') ? ('above' as const) : ('below' as const);
        return [{ ruleId: rule.id, severity, value, direction }];
      });
    }),
  );
}

function inUnit(value: number, unit: string | undefined, wanted: string): number | null {
  if (unit === undefined) return value;
  try {
    return convert(value, unit, wanted);
  } catch {
    // Not a unit, or one of another kind: the rule check says so, a chart just has no line.
    return null;
  }
}
