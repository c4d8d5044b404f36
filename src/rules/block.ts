import { CellPlan, roomFor } from './cells.ts';

/** What a region keeps in its cells: where its numbers begin, and for how many there is room. */
const startOf = 0;
const roomOf = 1;
/** Cells of a region. */
export const regionCells = 2;

/** Numbers that a processor fetches at a time: 64 bytes. */
const numbersALine = 8;
/** Numbers behind the cells at which most readings look: of the first region most have no more. */
const behindCells = 3 * numbersALine;
/** Numbers that are looked at ahead at most: of most devices all. */
const mostAhead = 256;

/** Looks at one number of every line; see `Fold.lookAhead`. */
export function lookedAt(numbers: readonly number[], from = 0, until = numbers.length): number {
  const end = Math.min(numbers.length, until);
  let seen = 0;
  for (let i = from; i < end; i += numbersALine) seen += numbers[i]!;
  return seen;
}

/** Gives out the places in a block: cells, which all devices with the same rules have, and behind them regions. */
export class BlockPlan extends CellPlan {
  /** Where each region has its cells, in the order in which the regions lie. */
  readonly #regions: number[] = [];

  /** @returns the place of the first cell of a region with room for so many numbers at the beginning. */
  takeRegion(room: number): number {
    const region = this.take(0, room);
    this.#regions.push(region);
    return region;
  }

  /** A block as it is at the beginning. */
  newBlock(): number[] {
    const { initial } = this;
    const room = this.#regions.reduce((sum, region) => sum + initial[region + roomOf]!, 0);
    const block = roomFor(initial.length + room);
    for (let i = 0; i < initial.length; i++) block[i] = initial[i]!;
    let start = initial.length;
    for (const region of this.#regions) {
      block[region + startOf] = start;
      start += initial[region + roomOf]!;
    }
    return block;
  }

  /** The same block with another room for a region: its first numbers stay, and all others. */
  resized(block: readonly number[], region: number, room: number): number[] {
    const start = block[region + startOf]!;
    const before = block[region + roomOf]!;
    const more = room - before;
    const resized = roomFor(block.length + more);
    const kept = start + Math.min(before, room);
    for (let i = 0; i < kept; i++) resized[i] = block[i]!;
    for (let i = start + before; i < block.length; i++) resized[i + more] = block[i]!;
    for (const other of this.#regions) if (other > region) resized[other + startOf]! += more;
    resized[region + roomOf] = room;
    return resized;
  }
}

/**
 * The numbers that are known of one device, in one array, but for what few devices have (`DeviceMemory`): what lies
 * together is fetched together, and with very many devices that is what a reading waits for.
 */
export class Block {
  /** The cells, and behind them the regions. Another array once a region has another room. */
  cells: number[];
  readonly #plan: BlockPlan;

  constructor(plan: BlockPlan) {
    this.#plan = plan;
    this.cells = plan.newBlock();
  }

  /** Where the numbers of a region begin. */
  start(region: number): number {
    return this.cells[region + startOf]!;
  }

  /** For how many numbers there is room in a region. */
  room(region: number): number {
    return this.cells[region + roomOf]!;
  }

  /** Looks at the cells and the first region, or at the rest; see `Fold.lookAhead`. */
  lookAtBeginning(): number {
    return lookedAt(this.cells, 0, this.#plan.size + behindCells);
  }

  lookAtRest(): number {
    return lookedAt(this.cells, this.#plan.size + behindCells, mostAhead);
  }

  /** Gives a region another room: its first numbers stay. */
  resize(region: number, room: number): void {
    this.cells = this.#plan.resized(this.cells, region, room);
  }
}
