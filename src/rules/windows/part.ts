import type { ChannelLog } from '../channel-log.ts';
import type { WindowMemory } from './memory.ts';

/** Something that is known of the readings within a window, see `LazyPart`. */
export interface WindowPart {
  /** The reading at this position comes in, after the one before it. */
  take(memory: WindowMemory, log: ChannelLog, position: number): void;
  /** The reading at this position leaves; it is the oldest. */
  leave(memory: WindowMemory, log: ChannelLog, position: number): void;
  /** Nothing is within the window. */
  clear(memory: WindowMemory): void;
}
