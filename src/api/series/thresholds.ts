import type { Channel } from '../../model/channel.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { convert } from '../../model/units.ts';
import type { Series } from '../contract.ts';

/**
 * `level > 27 cm`, `avg(fume, 10 min) > 2 mg/m3`: a channel or its mean, least or greatest value over a time, a
 * comparison, a number, perhaps a unit.
 */
const comparison =
  /(?:(?<![\w.])(?:avg|min|max)\(\s*(\w+)\s*,[^()]*\)|(?<![\w.])([A-Za-z_]\w*))\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*([%°µA-Za-z/][^\s&|()<>=!,?:]*)?/g;

/** What has another dimension than its channel, or a limit of its own for each device: there is no line for it. */
const lineless = /\b(?:rate|delta|sum|count|abs|baseline)\(|!\(/;

/**
 * The lines that a chart of this channel shows: what its rules compare it with, in the channel's unit. Of a condition
 * the last comparison is what it is about, those before say when it counts (`worn && steps < 5 && heart_rate > 131 /min`);
 * after a rate or a baseline a comparison only narrows that down (`rate(level, 10 min) > 30 cm/h && level > 5 cm`).
 */
export function thresholdsOf(type: Pick<DeviceType, 'rules'>, channel: Channel): Series['thresholds'] {
  return type.rules.flatMap((rule) =>
    rule.levels.flatMap(({ severity, when }) =>
      when.split('||').flatMap((condition) => {
        const [plain = ''] = condition.split(lineless);
        const match = [...plain.matchAll(comparison)].at(-1);
        if (!match) return [];
        const [, averaged, named, operator, number, unit] = match;
        const value = (averaged ?? named) === channel.name ? inUnit(Number(number), unit, channel.unit) : null;
        if (value === null) return [];
        const direction = operator!.startsWith('>') ? ('above' as const) : ('below' as const);
        return [{ ruleId: rule.id, severity, value, direction }];
      }),
    ),
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
