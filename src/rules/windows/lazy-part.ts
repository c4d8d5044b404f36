import type { ChannelLog } from '../channel-log.ts';
import type { PartMemory, PartPlan } from './memory.ts';
import type { WindowPart } from './part.ts';

/**
 * A part of a window, which takes readings in when it is asked and not when they come: of what most rules could ask at a
 * reading, hardly anything can make a difference. What comes one by one costs the same as it came; what nobody has asked
 * for long is looked for anew.
 */
export class LazyPart<Part extends WindowPart> {
  readonly #part: Part;
  /** Whether a reading exactly at the edge is within. */
  readonly #withEdge: boolean;
  /** Where the positions are from which on, and up to but without which, readings have been taken in. */
  readonly #from: number;
  readonly #to: number;

  constructor(part: Part, withEdge: boolean, plan: PartPlan) {
    this.#part = part;
    this.#withEdge = withEdge;
    this.#from = plan.take(0);
    this.#to = plan.take(0);
  }

  /** The part with all readings of a log that is not empty, from an edge on. */
  upToDate(memory: PartMemory, log: ChannelLog, edge: number): Part {
    const part = this.#part;
    const { cells } = memory;
    const end = log.length;
    let from = cells[this.#from]!;
    let to = cells[this.#to]!;
    const first = this.#firstOf(log, edge, from, end - to);
    if (from === first && to === end) return part;
    // Anew where that is less to do.
    if (from + to <= 2 * first) {
      part.clear(memory);
      from = first;
      to = first;
    }
    for (; to < end; to++) part.take(memory, log, to);
    for (; from < first; from++) part.leave(memory, log, from);
    cells[this.#from] = first;
    cells[this.#to] = end;
    return part;
  }

  #firstOf(log: ChannelLog, edge: number, from: number, behind: number): number {
    let first = behind > 2 ? log.positionOf(edge) : from;
    while (log.timeAt(first) < edge || (!this.#withEdge && log.timeAt(first) === edge)) first++;
    return first;
  }

  /** Position of the oldest reading within. */
  oldest({ cells }: PartMemory): number {
    return cells[this.#from]!;
  }

  /** So many readings were forgotten at the log's beginning, none of which is within the window. */
  shift(memory: PartMemory, dropped: number): void {
    const { cells } = memory;
    // One that was not let go of yet could no longer be, nor the one behind it, without what lay before.
    if (cells[this.#from]! <= dropped) this.forget(memory);
    else {
      cells[this.#from]! -= dropped;
      cells[this.#to]! -= dropped;
    }
  }

  /** The log has changed otherwise than at its end. */
  forget(memory: PartMemory): void {
    this.#part.clear(memory);
    memory.cells[this.#from] = 0;
    memory.cells[this.#to] = 0;
  }
}
