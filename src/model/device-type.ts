import type { Channel } from './channel.ts';
import type { Rule } from './rule.ts';
import type { Text } from './text.ts';

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

/** A value in a maker's own payload. */
export interface ChannelPath {
  /** Channel that it becomes, or `time` for the moment of measuring. */
  channel: string;
  /** Keys from the outside in: `data.wl` is `['data', 'wl']`. */
  path: string[];
  /** Stored value = payload value × factor + offset: the conversion of the maker's unit into the channel's. */
  factor: number;
  offset: number;
}
