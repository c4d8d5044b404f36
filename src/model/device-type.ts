import type { Channel } from './channel.ts';
import type { Rule } from './rule.ts';
import type { Text } from './text.ts';
import type { Scale } from './units.ts';

/** What a folder under `devices/` says. */
export interface DeviceType {
  id: string;
  name: Text;
  /** Reporting period in milliseconds, in normal times. */
  periodMs: number;
  /** Who makes it, and what it is for; empty when the folder does not say. */
  maker?: string;
  domain?: string;
  channels: Channel[];
  /** Channel name → channel. */
  channelByName: ReadonlyMap<string, Channel>;
  /** Where values stand in the payload when it is not laid out as Tocsin's own; absent for types that speak plainly. */
  map?: ChannelPath[];
  rules: Rule[];
}

/** A value in a maker's own payload; its scale, the maker's unit, refers to the channel's unit. */
export interface ChannelPath extends Scale {
  /** Channel that it becomes, or `time` for the moment of measuring. */
  channel: string;
  /** Keys from the outside in: `data.wl` is `['data', 'wl']`. */
  path: string[];
}
