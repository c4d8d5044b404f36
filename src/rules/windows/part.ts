import type { ChannelLog } from '../channel-log.ts';

/**
 * Something that is known of the readings within a window, kept up to date as they come in and leave. It is made when a
 * rule first asks for it.
 */
export interface WindowPart {
  /** The reading at this position has come in; it is the newest. */
  take(log: ChannelLog, position: number): void;
  /** The reading at this position leaves; it is the oldest. */
  leave(log: ChannelLog, position: number): void;
  /** Nothing is within the window. */
  clear(): void;
}
