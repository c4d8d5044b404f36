import type { Channel } from '../model/channel.ts';
import { rescale, type Scale, type Unit } from '../model/units.ts';
import { type DecodeProblem, quoted } from './problems.ts';

/** The scale of values that come in the channel's own unit. */
export const ownUnit: Scale = { factor: 1, offset: 0 };

/** The scale of values in one unit, for a channel in another of the same dimension. */
export function scaleBetween(from: Unit, to: Unit): Scale {
  if (from.code === to.code) return ownUnit;
  return { factor: from.factor / to.factor, offset: (from.offset - to.offset) / to.factor };
}

/**
 * A channel's value from what stands in the payload, in the channel's unit; a switch becomes 0 or 1.
 * @param scale on which the payload has it
 */
export function channelValue(channel: Channel, raw: unknown, scale: Scale): number | DecodeProblem {
  if (channel.kind === 'switch') {
    if (raw === true || raw === 1) return 1;
    if (raw === false || raw === 0) return 0;
    const code = typeof raw === 'number' ? 'VALUE_OUT_OF_RANGE' : 'VALUE_TYPE';
    return { code, reason: `"${channel.name}" is ${quoted(raw)}; a switch is true, false, 1 or 0.` };
  }
  if (typeof raw !== 'number') {
    const hint = raw === null ? 'leave it out when it was not measured' : 'send a number, without quotation marks';
    return { code: 'VALUE_TYPE', reason: `"${channel.name}" is ${quoted(raw)}; ${hint}.` };
  }
  const value = rescale(raw, scale, ownUnit);
  if (value >= channel.min && value <= channel.max) return value;
  const range = `${channel.min} to ${channel.max} ${channel.unit}`;
  return { code: 'VALUE_OUT_OF_RANGE', reason: `"${channel.name}" is ${value}; a sensor can say ${range}.` };
}

/** What stands at a path, own keys only, so that `__proto__` and `constructor` lead nowhere. */
export function lookUp(object: Record<string, unknown>, path: readonly string[]): unknown {
  let at: unknown = object;
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
