import type { ChannelLog } from '../channel-log.ts';
import { addExact, asDecimal } from '../exact.ts';
import type { PartMemory, PartPlan } from './memory.ts';
import type { WindowPart } from './part.ts';

/** So that asking for a sum allocates nothing. */
const scratch: [number, number] = [0, 0];

/** Sum and number of the readings: increments such as rain per report add up to what they are on paper. */
export class Total implements WindowPart {
  readonly #sum: number;
  readonly #count: number;

  constructor(plan: PartPlan) {
    this.#sum = plan.take(0, 0);
    this.#count = plan.take(0);
  }

  take({ cells }: PartMemory, log: ChannelLog, position: number): void {
    this.#add(cells, log, position, 1);
  }

  leave({ cells }: PartMemory, log: ChannelLog, position: number): void {
    this.#add(cells, log, position, -1);
  }

  #add(cells: number[], log: ChannelLog, position: number, sign: number): void {
    const merged = log.mergedAt(position);
    addExact(cells, this.#sum, sign * (merged?.sum ?? log.valueAt(position)));
    cells[this.#count]! += sign * (merged?.count ?? 1);
  }

  clear({ cells }: PartMemory): void {
    cells[this.#sum] = 0;
    cells[this.#sum + 1] = 0;
    cells[this.#count] = 0;
  }

  /** Without the readings from a position up to another, which are the oldest. */
  sum({ cells }: PartMemory, log: ChannelLog, from: number, until: number): number {
    let sum = cells[this.#sum]!;
    if (from < until) {
      scratch[0] = sum;
      scratch[1] = cells[this.#sum + 1]!;
      for (let i = from; i < until; i++) addExact(scratch, 0, -(log.mergedAt(i)?.sum ?? log.valueAt(i)));
      sum = scratch[0];
    }
    return asDecimal(sum, Math.abs(sum));
  }

  /** The same. */
  count({ cells }: PartMemory, log: ChannelLog, from: number, until: number): number {
    let count = cells[this.#count]!;
    for (let i = from; i < until; i++) count -= log.mergedAt(i)?.count ?? 1;
    return count;
  }
}
