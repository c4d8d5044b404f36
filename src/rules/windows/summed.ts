import type { ChannelLog } from '../channel-log.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import type { WindowPart } from './part.ts';

/** A part that is sums: what comes in is added, and what leaves is taken away again. */
export abstract class Summed implements WindowPart {
  /** Where its numbers begin. */
  protected readonly from: number;
  readonly #size: number;

  /** @param size numbers that it keeps; all are 0 when nothing is within. */
  constructor(plan: PartPlan, size: number) {
    this.from = plan.take(...new Array<number>(size).fill(0));
    this.#size = size;
  }

  /**
   * Adds the reading at a position to the sums, which begin at `from`.
   * @param sign -1: takes it away.
   */
  protected abstract add(cells: number[], from: number, log: ChannelLog, position: number, sign: 1 | -1): void;

  take(memory: WindowMemory, log: ChannelLog, position: number): void {
    this.add(memory.partCells!, this.from, log, position, 1);
  }

  leave(memory: WindowMemory, log: ChannelLog, position: number): void {
    this.add(memory.partCells!, this.from, log, position, -1);
  }

  clear(memory: WindowMemory): void {
    memory.partCells!.fill(0, this.from, this.from + this.#size);
  }
}
