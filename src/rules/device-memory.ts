import { Block, type BlockPlan } from './block.ts';
import type { Merged } from './channel-log.ts';
import type { Underway } from './device-state.ts';
import type { KnownThen } from './horizon.ts';

/** What is known of one device: numbers in a block, and beside it what few devices have; null where they have not. */
export class DeviceMemory extends Block {
  /** What the rules know; devices of which they know nothing share it. See `RuleStates`. */
  ruled: number[];
  /** Ids of the alarms under way by index of their rule. */
  alarmIds: (string | null)[] | null = null;
  /** What parts of windows have taken in; see `WindowMemory`. */
  partCells: number[] | null = null;
  /** Lists of those parts of windows that need one; see `WindowMemory`. */
  lists: number[][] | null = null;
  /** What is known of readings that are kept as one, by channel and position; see `ChannelLog`. */
  merged: ((Merged | null)[] | null)[] | null = null;
  /** What was known at each snapshot; null as long as it is nothing at all. See `Horizon`. */
  known: KnownThen[] | null = null;
  /** Alarms of silence under way, by index of the rule; see `Silence`. */
  silent: (Underway | null)[] | null = null;

  constructor(plan: BlockPlan, ruled: number[]) {
    super(plan);
    this.ruled = ruled;
  }
}
