import type { ChannelLog } from '../channel-log.ts';
import type { PartPlan, WindowMemory } from './memory.ts';
import type { WindowPart } from './part.ts';

/** Position of the oldest reading that has been taken in, and the one behind the newest. */
const from = 0;
const to = 1;

/**
 * A part of a window, which takes readings in when it is asked and not when they come: of what most rules could ask at a
 * reading, hardly anything can make a difference. What comes one by one costs the same as it came; what nobody has asked
 * for long is looked for anew.
 */
export class LazyPart<Part extends WindowPart> {
  readonly #part: Part;
  /** Whether a reading exactly at the edge is within. */
  readonly #withEdge: boolean;
  /** Where the positions are between which readings have been taken in, see `from` and `to`. */
  readonly #between: number;

  constructor(part: Part, withEdge: boolean, plan: PartPlan) {
    this.#part = part;
    this.#withEdge = withEdge;
    this.#between = plan.take(0, 0);
  }

  /** The part with all readings of a log that is not empty, from an edge on. */
  upToDate(memory: WindowMemory, log: ChannelLog, edge: number): Part {
    const part = this.#part;
    memory.ask();
    const cells = memory.partCells!;
    const between = this.#between;
    const end = log.length;
    let begin = cells[between + from]!;
    let behind = cells[between + to]!;
    const first = this.#firstOf(log, edge, begin, end - behind);
    if (begin === first && behind === end) return part;
    // Anew where that is less to do.
    if (begin + behind <= 2 * first) {
      part.clear(memory);
      begin = first;
      behind = first;
    }
    for (; behind < end; behind++) part.take(memory, log, behind);
    for (; begin < first; begin++) part.leave(memory, log, begin);
    cells[between + from] = first;
    cells[between + to] = end;
    return part;
  }

  #firstOf(log: ChannelLog, edge: number, begin: number, news: number): number {
    let first = news > 2 ? log.positionOf(edge) : begin;
    while (log.timeAt(first) < edge || (!this.#withEdge && log.timeAt(first) === edge)) first++;
    return first;
  }

  /** Position of the oldest reading within. */
  oldest(memory: WindowMemory): number {
    return memory.partCells![this.#between + from]!;
  }

  /** So many readings were forgotten at the log's beginning, none of which is within the window. */
  shift(memory: WindowMemory, dropped: number): void {
    const cells = memory.partCells!;
    const between = this.#between;
    // One that was not let go of yet could no longer be, nor the one behind it, without what lay before.
    if (cells[between + from]! <= dropped) this.forget(memory);
    else {
      cells[between + from]! -= dropped;
      cells[between + to]! -= dropped;
    }
  }

  /** The log has changed otherwise than at its end. */
  forget(memory: WindowMemory): void {
    this.#part.clear(memory);
    memory.partCells![this.#between + from] = 0;
    memory.partCells![this.#between + to] = 0;
  }
}
