import type { Channel } from '../../model/channel.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { convert } from '../../model/units.ts';
import { compileType } from '../../rules/compile.ts';
import type { Compared, CompiledCondition } from '../../rules/language/context.ts';
import { nothingMeasured } from '../../rules/language/nothing-measured.ts';
import type { Surroundings } from '../../rules/language/surroundings.ts';
import type { Series } from '../contract.ts';
import { warnsBeyond } from './warns-beyond.ts';

/**
 * The lines that a chart of this channel shows: what the type's rules compare it with, or its mean, least or greatest
 * value over a time, in the channel's unit, and its own limits where the device has some, as far as they warn of what lies
 * beyond. A rule that is wrong has none.
 */
export function thresholdsOf(type: DeviceType, channel: Channel, around: Surroundings): Series['thresholds'] {
  const { rules, channelIndex } = compileType(type);
  const index = channelIndex.get(channel.name);
  return rules.flatMap((rule) =>
    rule.levels.flatMap(({ severity, when }) =>
      limitsOf(when).flatMap(({ channel: compared, operator, limit, fixed, unit }) => {
        if (compared !== index || !fixed || operator === '==' || operator === '!=') return [];
        const told = limit(nothingMeasured(Number.NaN, around));
        // The device has no limit of that name, and the rule no other for it.
        if (Number.isNaN(told)) return [];
        const value = unit === '' ? told : convert(told, unit, channel.unit);
        const direction = operator.startsWith('>') ? ('above' as const) : ('below' as const);
        if (!warnsBeyond(type, rule.id, { when: when.source, channel, value, direction }, around)) return [];
        return [{ ruleId: rule.id, severity, value, direction }];
      }),
    ),
  );
}

/**
 * What a condition is about, of each part between its `||`: the last comparison of a channel. Those before say when it
 * counts (`worn && steps < 5 && heart_rate > 131 /min`); after a rate or a baseline a comparison only narrows that down
 * (`rate(level, 10 min) > 30 cm/h && level > 5 cm`).
 */
function limitsOf({ parts }: CompiledCondition): Compared[] {
  const about = new Map<number, Compared>();
  const narrowed = new Set<number>();
  for (const { compared, branch } of parts) {
    if (!compared || narrowed.has(branch)) continue;
    if (compared.channel === null) narrowed.add(branch);
    else about.set(branch, compared);
  }
  return [...about.values()];
}
