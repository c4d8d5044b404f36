import type { Channel } from './channel.ts';
import type { CommandDefinition } from './command.ts';
import { dataFaultOf, type Rule, ruleWithDataFault } from './rule.ts';
import type { Text } from './text.ts';
import type { Scale } from './units.ts';

/** Samples that are up to an hour older than the newest one are judged at their own time. Default of this project. */
export const defaultLatenessMs = 3_600_000;

/** What a folder under `devices/` says. */
export interface DeviceType {
  id: string;
  name: Text;
  /** Reporting period in milliseconds, in normal times. */
  periodMs: number;
  /**
   * How much older than the newest one a sample may be and still be judged, milliseconds; absent: `defaultLatenessMs`.
   */
  latenessMs?: number;
  /** Who makes it, and what it is for; empty when the folder does not say. */
  maker?: string;
  domain?: string;
  channels: Channel[];
  /** Channel name → channel. */
  channelByName: ReadonlyMap<string, Channel>;
  /** Where values stand in the payload when it is not laid out as Tocsin's own; absent for types that speak plainly. */
  map?: ChannelPath[];
  /** What its devices can be told to do; empty for those that only measure. */
  commands: CommandDefinition[];
  rules: Rule[];
  /** All types that were read with it: rules may count devices of another one. */
  others?: () => ReadonlyMap<string, DeviceType>;
  /** Rules of the type that no folder has, set by people for areas and devices: by id, for their names and advice. */
  placedRules?: Map<string, Rule>;
  /** The rule of a version; null where it has none. Absent where versions are not looked at, see `RuleHistory`. */
  ruleOfVersion?: (version: number) => Rule | null;
}

/** A value in a maker's own payload; its scale, the maker's unit, refers to the channel's unit. */
export interface ChannelPath extends Scale {
  /** Channel that it becomes, or `time` for the moment of measuring. */
  channel: string;
  /** Keys from the outside in: `data.wl` is `['data', 'wl']`. */
  path: string[];
}

/** Id of the device type that a rule belongs to: the first half of its own. */
export function typeIdOfRule(ruleId: string): string {
  return ruleId.slice(0, Math.max(0, ruleId.indexOf('/')));
}

/**
 * A rule by its id; null when its device type no longer has it.
 * @param version that an alarm was raised by: what another place has set for itself says other things. Null, or one that
 *   is not known here: as its folder says, or else the newest that people have set.
 */
export function ruleById(
  types: ReadonlyMap<string, DeviceType>,
  ruleId: string,
  version: number | null = null,
): Rule | null {
  const type = types.get(typeIdOfRule(ruleId));
  const then = version === null ? null : type?.ruleOfVersion?.(version);
  const rules = [...(then ? [then] : []), ...(type?.rules ?? []), ...(type?.placedRules?.values() ?? [])];
  const behind = ruleWithDataFault(ruleId);
  if (behind === null) return rules.find((rule) => rule.id === ruleId) ?? null;
  const rule = rules.find(({ id, onGap }) => id === behind && onGap === 'fault');
  return rule ? dataFaultOf(rule) : null;
}

/** The name of a rule, see `ruleById`; its id in both languages when it is no longer there. */
export function ruleName(types: ReadonlyMap<string, DeviceType>, ruleId: string, version: number | null = null): Text {
  return ruleById(types, ruleId, version)?.name ?? { zh: ruleId, en: ruleId };
}
