import type { ChannelLog } from '../channel-log.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import type { WindowPart } from './part.ts';

/** Readings in the queue: as many as noise mostly has in it. */
const places = 4;

/** Cells from the first one: how many are in the queue, whether others wait outside, then time and value of each. */
const size = 0;
const othersWait = 1;
const first = 2;

/**
 * The greatest or the least reading: a queue of those that no later one surpasses, so that the next one is known when
 * the first leaves. It has few places, next to the other numbers of the window; those for which there is none are looked
 * for in the log once all in it have left, a part of the window for every few readings at most.
 */
export class Extreme implements WindowPart {
  /** 1 for the greatest, -1 for the least. */
  readonly #sign: 1 | -1;
  readonly #from: number;

  constructor(plan: PartPlan, sign: 1 | -1) {
    this.#sign = sign;
    this.#from = plan.take(0, 0, ...new Array<number>(2 * places).fill(0));
  }

  take(memory: WindowMemory, log: ChannelLog, position: number): void {
    const cells = memory.partCells!;
    const from = this.#from;
    const sign = this.#sign;
    const value = this.#valueAt(log, position);
    const before = cells[from + size]!;
    let length = before;
    while (length > 0 && (value - cells[from + first + 2 * length - 1]!) * sign >= 0) length--;
    // One that surpasses the last in the queue surpasses all that wait behind it.
    if (length < before) cells[from + othersWait] = 0;
    if (length === places || cells[from + othersWait] === 1) cells[from + othersWait] = 1;
    else {
      cells[from + first + 2 * length] = log.timeAt(position);
      cells[from + first + 2 * length + 1] = value;
      length++;
    }
    if (length !== before) cells[from + size] = length;
  }

  leave(memory: WindowMemory, log: ChannelLog, position: number): void {
    const cells = memory.partCells!;
    const from = this.#from;
    if (cells[from + first] !== log.timeAt(position) || cells[from + size] === 0) return;
    const length = cells[from + size]! - 1;
    cells[from + size] = length;
    for (let i = from + first; i < from + first + 2 * length; i++) cells[i] = cells[i + 2]!;
    if (length === 0 && cells[from + othersWait] === 1) this.#lookFor(memory, log, position + 1);
  }

  /** Fills the empty queue with what waits from a position on. */
  #lookFor(memory: WindowMemory, log: ChannelLog, position: number): void {
    this.clear(memory);
    for (let i = position; i < log.length; i++) this.take(memory, log, i);
  }

  #valueAt(log: ChannelLog, position: number): number {
    const merged = log.mergedAt(position);
    if (merged === null) return log.valueAt(position);
    return this.#sign > 0 ? merged.max : merged.min;
  }

  clear(memory: WindowMemory): void {
    memory.partCells![this.#from + size] = 0;
    memory.partCells![this.#from + othersWait] = 0;
  }

  value(memory: WindowMemory): number {
    return memory.partCells![this.#from + first + 1]!;
  }
}
