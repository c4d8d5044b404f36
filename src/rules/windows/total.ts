import type { ChannelLog } from '../channel-log.ts';
import { addExact, asDecimal } from '../exact.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import { Summed } from './summed.ts';

/** Places of the sum, of what it leaves out (see `addExact`), and of the number of readings. */
const sum = 0;
const count = 2;

/** So that asking for a sum allocates nothing. */
const scratch: [number, number] = [0, 0];

/** Sum and number of the readings: increments such as rain per report add up to what they are on paper. */
export class Total extends Summed {
  constructor(plan: PartPlan) {
    super(plan, 3);
  }

  protected override add(cells: number[], from: number, log: ChannelLog, position: number, sign: 1 | -1): void {
    const merged = log.mergedAt(position);
    addExact(cells, from + sum, sign * (merged?.sum ?? log.valueAt(position)));
    cells[from + count]! += sign * (merged?.count ?? 1);
  }

  /** Without the readings from a position up to another, which are the oldest. */
  sum(memory: WindowMemory, log: ChannelLog, from: number, until: number): number {
    const place = this.from + sum;
    scratch[0] = memory.partCells![place]!;
    scratch[1] = memory.partCells![place + 1]!;
    for (let i = from; i < until; i++) addExact(scratch, 0, -(log.mergedAt(i)?.sum ?? log.valueAt(i)));
    return asDecimal(scratch[0], Math.abs(scratch[0]));
  }

  /** The same. */
  count(memory: WindowMemory, log: ChannelLog, from: number, until: number): number {
    let within = memory.partCells![this.from + count]!;
    for (let i = from; i < until; i++) within -= log.mergedAt(i)?.count ?? 1;
    return within;
  }
}
