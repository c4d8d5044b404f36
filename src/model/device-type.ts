import type { Channel } from './channel.ts';
import type { Rule } from './rule.ts';
import type { Text } from './text.ts';

/** What a folder under `devices/` says. */
export interface DeviceType {
  id: string;
  name: Text;
  /** Reporting period in milliseconds, in normal times. */
  periodMs: number;
  channels: Channel[];
  /** Channel name → channel. */
  channelByName: ReadonlyMap<string, Channel>;
  rules: Rule[];
}
