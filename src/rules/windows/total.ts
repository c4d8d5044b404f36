import type { ChannelLog } from '../channel-log.ts';
import { addExact, asDecimal } from '../exact.ts';
import type { WindowPart } from './part.ts';

/** Sum and number of the readings: increments such as rain per report add up to what they are on paper. */
export class Total implements WindowPart {
  readonly #cells = [0, 0];
  #count = 0;

  take(log: ChannelLog, position: number): void {
    this.#add(log, position, 1);
  }

  leave(log: ChannelLog, position: number): void {
    this.#add(log, position, -1);
  }

  #add(log: ChannelLog, position: number, sign: number): void {
    const merged = log.mergedAt(position);
    addExact(this.#cells, 0, sign * (merged?.sum ?? log.valueAt(position)));
    this.#count += sign * (merged?.count ?? 1);
  }

  clear(): void {
    this.#cells.fill(0);
    this.#count = 0;
  }

  sum(): number {
    return asDecimal(this.#cells[0]!, Math.abs(this.#cells[0]!));
  }

  count(): number {
    return this.#count;
  }
}
