import { type Block, type BlockPlan, regionCells } from './block.ts';

/** Readings for which there is room at the beginning. */
const few = 8;

/** Cells behind those of the region. Readings at the beginning of the numbers that are forgotten, and those that are there. */
const first = regionCells;
const count = regionCells + 1;
/** Time of the first one in the numbers, where they are packed. */
const base = regionCells + 2;
/** Units in one; 0 where they are not packed: time and value in turn. */
const scale = regionCells + 3;
/** From one turn to the next where two share a number, milliseconds; else 0. */
const pace = regionCells + 4;

/** A packed reading is the time since the first one, in milliseconds, times this, and its value in units of the scale. */
const valuePlaces = 2 ** 26;
const zero = 2 ** 25;
/** Together they fit into the 53 bits of a number's mantissa: 37 hours, and values up to 33 million units. */
const longest = 2 ** 27;
const scales = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** Each of two that share a number is how far it came from its turn, two seconds at most, and its value, 8,191 units. */
const half = 2 ** 26;
const latest = 2 ** 11;
const pairedPlaces = 14;
const pairedZero = 2 ** 13;

/** Whether a value is a decimal of that scale, to the last bit, and not too large. */
function isDecimal(value: number, scale: number, most: number): boolean {
  const units = Math.round(value * scale);
  return units / scale === value && Math.abs(units) < most;
}

/** Whether one that came so many milliseconds after its turn, or before, can share a number. */
function isPunctual(late: number, value: number, scale: number): boolean {
  return Math.abs(late) < latest && isDecimal(value, scale, pairedZero);
}

/**
 * Times and values of readings in a region of a block, the oldest first. What a sensor tells is a decimal of a few digits:
 * as long as that is so, and they span no more than a day and a half, each reading is one number; and two are, where they
 * come at a steady pace. Otherwise each is two numbers. Of most devices this is most of their memory.
 *
 * All that is known lies in the block: this looks at it, and is made anew whenever somebody does.
 */
export class Readings {
  protected readonly block: Block;
  /** Place of the first cell. */
  protected readonly at: number;

  /** @param at where `plan` has its cells. */
  constructor(block: Block, at: number) {
    this.block = block;
    this.at = at;
  }

  /** Takes the places of readings. @returns the first one. */
  static plan(plan: BlockPlan): number {
    const at = plan.takeRegion(few);
    plan.take(0, 0, 0, 1, 0);
    return at;
  }

  get length(): number {
    return this.block.cells[this.at + count]!;
  }

  /** Measured time, milliseconds since the epoch. */
  timeAt(position: number): number {
    const { cells } = this.block;
    const { at } = this;
    const place = cells[at + first]! + position;
    const paceMs = cells[at + pace]!;
    if (paceMs > 0) return cells[at + base]! + place * paceMs + (this.#halfAt(place) >> pairedPlaces) - latest;
    if (cells[at + scale] === 0) return this.#numberAt(2 * place);
    return cells[at + base]! + Math.floor(this.#numberAt(place) / valuePlaces);
  }

  valueAt(position: number): number {
    const { cells } = this.block;
    const { at } = this;
    const place = cells[at + first]! + position;
    const units = cells[at + scale]!;
    if (cells[at + pace]! > 0) return ((this.#halfAt(place) & (2 * pairedZero - 1)) - pairedZero) / units;
    if (units === 0) return this.#numberAt(2 * place + 1);
    const packed = this.#numberAt(place);
    return (packed - Math.floor(packed / valuePlaces) * valuePlaces - zero) / units;
  }

  #numberAt(place: number): number {
    return this.block.cells[this.block.start(this.at) + place]!;
  }

  /** Of two that share a number the earlier one is the upper half. */
  #halfAt(place: number): number {
    const pair = this.#numberAt(place >> 1);
    const upper = Math.floor(pair / half);
    return (place & 1) === 0 ? upper : pair - upper * half;
  }

  /** Position of the first reading measured at a time or later; the length when there is none. */
  positionOf(time: number): number {
    const { cells } = this.block;
    const { at } = this;
    let low = 0;
    let high = this.length;
    if (this.#isPaired) {
      // Each lies close to its turn, so that few are to be looked at.
      const since = time - cells[at + base]!;
      const before = (since - latest) / cells[at + pace]! - cells[at + first]!;
      const behind = (since + latest) / cells[at + pace]! - cells[at + first]!;
      if (before >= 0) low = Math.min(high, Math.floor(before) + 1);
      if (behind < high) high = Math.max(low, Math.ceil(behind));
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds one that is newer than all others. */
  push(time: number, value: number): void {
    if (this.length === 0) this.#begin(time);
    // Before anything else: whether it fits may be another question then.
    if (this.#end >= this.#room) this.#makeRoom();
    const end = this.#end;
    if (this.#put(end, time, value)) this.block.cells[this.at + count]!++;
    else {
      const [times, values] = this.#all();
      this.#fill([...times, time], [...values, value]);
    }
  }

  #begin(time: number): void {
    this.#set(0, time, 1, 0);
  }

  /** Where the numbers begin anew, and how they are packed. */
  #set(firstPlace: number, baseTime: number, units: number, paceMs: number): void {
    const { cells } = this.block;
    const { at } = this;
    cells[at + first] = firstPlace;
    cells[at + base] = baseTime;
    cells[at + scale] = units;
    cells[at + pace] = paceMs;
  }

  /** Place behind the last one. */
  get #end(): number {
    const { cells } = this.block;
    return cells[this.at + first]! + cells[this.at + count]!;
  }

  /** Readings for which there is room in the numbers. */
  get #room(): number {
    const numbers = this.block.room(this.at);
    return this.#isPaired ? 2 * numbers : this.#isPacked ? numbers : numbers >> 1;
  }

  get #isPaired(): boolean {
    return this.block.cells[this.at + pace]! > 0;
  }

  get #isPacked(): boolean {
    return this.block.cells[this.at + scale] !== 0;
  }

  /** @returns whether it fits; else nothing is put there. */
  #put(place: number, time: number, value: number): boolean {
    const { cells } = this.block;
    const { at } = this;
    const start = this.block.start(at);
    const units = cells[at + scale]!;
    const paceMs = cells[at + pace]!;
    if (units === 0) {
      cells[start + 2 * place] = time;
      cells[start + 2 * place + 1] = value;
      return true;
    }
    const since = time - cells[at + base]!;
    if (!Number.isInteger(time)) return false;
    if (paceMs === 0) {
      if (since >= longest || !isDecimal(value, units, zero)) return false;
      cells[start + place] = since * valuePlaces + Math.round(value * units) + zero;
      return true;
    }
    const late = since - place * paceMs;
    if (!isPunctual(late, value, units)) return false;
    const own = (late + latest) * 2 ** pairedPlaces + Math.round(value * units) + pairedZero;
    const pair = start + (place >> 1);
    cells[pair] = (place & 1) === 0 ? own * half : Math.floor(cells[pair]! / half) * half + own;
    return true;
  }

  /**
   * Makes room for another one: in place of those that are forgotten; or else for a sixteenth more, where an array that
   * grows by itself would have half.
   */
  #makeRoom(): void {
    const more = roomBeside(this.length);
    if (!this.#isPacked) this.#fill(...this.#all());
    else if (!this.#isPaired && this.#pair()) return;
    else if (this.block.cells[this.at + first]! >= more) this.#shift();
    else this.block.resize(this.at, this.block.room(this.at) + (this.#isPaired ? more >> 1 : more));
  }

  /** Moves the numbers to where the forgotten ones are; a pair stays one. */
  #shift(): void {
    const { cells } = this.block;
    const { at } = this;
    const start = this.block.start(at);
    const forgotten = cells[at + first]!;
    const end = this.#end;
    if (this.#isPaired) {
      const pairs = forgotten >> 1;
      for (let i = start + pairs; i < start + ((end + 1) >> 1); i++) cells[i - pairs] = cells[i]!;
      cells[at + base]! += 2 * pairs * cells[at + pace]!;
      cells[at + first] = forgotten & 1;
      return;
    }
    const time = this.timeAt(0);
    const earlier = (time - cells[at + base]!) * valuePlaces;
    for (let i = start + forgotten; i < start + end; i++) cells[i - forgotten] = cells[i]! - earlier;
    cells[at + base] = time;
    cells[at + first] = 0;
  }

  /** Has each two share a number, where all come at a steady pace. @returns whether they do. */
  #pair(): boolean {
    const { length } = this;
    if (length < few) return false;
    const time = this.timeAt(0);
    const paceMs = Math.round((this.timeAt(length - 1) - time) / (length - 1));
    if (paceMs === 0) return false;
    const units = this.block.cells[this.at + scale]!;
    for (let i = 0; i < length; i++)
      if (!isPunctual(this.timeAt(i) - time - i * paceMs, this.valueAt(i), units)) return false;
    const [times, values] = this.#all();
    this.#set(0, time, units, paceMs);
    this.#putAll(times, values, (Math.max(length + roomBeside(length), this.steadyRoom(paceMs) + few) + 1) >> 1);
    return true;
  }

  /** How many there will be at this pace, as far as that is known: room for them is made at once. */
  protected steadyRoom(_paceMs: number): number {
    return 0;
  }

  #all(): [times: number[], values: number[]] {
    const positions = Array.from({ length: this.length }, (_, i) => i);
    return [positions.map((i) => this.timeAt(i)), positions.map((i) => this.valueAt(i))];
  }

  /** Keeps these instead, each a number where they fit. */
  #fill(times: readonly number[], values: readonly number[]): void {
    const [earliest, last] = [times[0]!, times.at(-1)!];
    const units = times.every(Number.isInteger) && last - earliest < longest ? scaleOf(values) : 0;
    this.#set(0, earliest, units, 0);
    this.#putAll(times, values, (times.length + roomBeside(times.length)) * (units === 0 ? 2 : 1));
  }

  /** @param room for so many numbers is enough. */
  #putAll(times: readonly number[], values: readonly number[], room: number): void {
    const there = this.block.room(this.at);
    // All that is known of the device moves with it: not for a few.
    if (room > there || 4 * room < 3 * there) this.block.resize(this.at, room);
    this.block.cells[this.at + count] = times.length;
    for (let i = 0; i < times.length; i++) this.#put(i, times[i]!, values[i]!);
  }

  /** Puts one in the place of another. */
  copy(from: number, to: number): void {
    // It has not the pace of the one whose place it takes.
    if (this.#isPaired) this.#fill(...this.#all());
    this.#put(this.block.cells[this.at + first]! + to, this.timeAt(from), this.valueAt(from));
  }

  /** Forgets all from a position on. */
  cut(position: number): void {
    this.block.cells[this.at + count] = position;
  }

  /** Forgets all before a position. */
  drop(position: number): void {
    const { cells } = this.block;
    cells[this.at + first]! += position;
    cells[this.at + count]! -= position;
    // What a device sent in a flood is not held for ever.
    if (this.#room > 2 * (this.length + 2 * few)) this.#fill(...this.#all());
  }
}

/** Looks at where the newest of the readings is that lie in a block at a place; see `Fold.lookAhead`. */
export function lookAtNewest(block: Block, at: number): number {
  const { cells } = block;
  const newest = cells[at + first]! + cells[at + count]! - 1;
  const place = cells[at + pace]! > 0 ? newest >> 1 : cells[at + scale] === 0 ? 2 * newest : newest;
  return cells[block.start(at) + place]!;
}

/** Room for more beside so many readings. */
function roomBeside(readings: number): number {
  return Math.max(few, readings >> 4);
}

/** The smallest scale of which all values are decimals; 0 when there is none. */
function scaleOf(values: readonly number[]): number {
  return scales.find((scale) => values.every((value) => isDecimal(value, scale, zero))) ?? 0;
}
