import { roomFor, widened } from './cells.ts';

/** Readings for which there is room at the beginning. */
const few = 8;

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
 * Times and values of readings, the oldest first. What a sensor tells is a decimal of a few digits: as long as that is so,
 * and they span no more than a day and a half, each reading is one number; and two are, where they come at a steady pace.
 * Otherwise each is two numbers. Of most devices this is most of their memory.
 */
export class Readings {
  #numbers = roomFor(few);
  /** Readings at the beginning of the numbers that are forgotten. */
  #first = 0;
  #length = 0;
  /** Time of the first one in the numbers, where they are packed. */
  #base = 0;
  /** Units in one; 0 where they are not packed: time and value in turn. */
  #scale = 1;
  /** From one turn to the next where two share a number, milliseconds; else 0. */
  #pace = 0;

  get length(): number {
    return this.#length;
  }

  /** Measured time, milliseconds since the epoch. */
  timeAt(position: number): number {
    const place = this.#first + position;
    if (this.#pace > 0) return this.#base + place * this.#pace + (this.#halfAt(place) >> pairedPlaces) - latest;
    if (this.#scale === 0) return this.#numbers[2 * place]!;
    return this.#base + Math.floor(this.#numbers[place]! / valuePlaces);
  }

  valueAt(position: number): number {
    const place = this.#first + position;
    if (this.#pace > 0) return ((this.#halfAt(place) & (2 * pairedZero - 1)) - pairedZero) / this.#scale;
    if (this.#scale === 0) return this.#numbers[2 * place + 1]!;
    const packed = this.#numbers[place]!;
    return (packed - Math.floor(packed / valuePlaces) * valuePlaces - zero) / this.#scale;
  }

  /** Of two that share a number the earlier one is the upper half. */
  #halfAt(place: number): number {
    const pair = this.#numbers[place >> 1]!;
    const upper = Math.floor(pair / half);
    return (place & 1) === 0 ? upper : pair - upper * half;
  }

  /** Looks at where the next one will be; see `Fold.lookAhead`. */
  lookAhead(): number {
    const place = this.#first + this.#length;
    return this.#numbers[this.#pace > 0 ? place >> 1 : this.#scale === 0 ? 2 * place : place]! + this.#base;
  }

  /** Adds one that is newer than all others. */
  push(at: number, value: number): void {
    if (this.#length === 0) this.#begin(at);
    // Before anything else: whether it fits may be another question then.
    if (this.#first + this.#length >= this.#room) this.#makeRoom();
    if (!this.#fits(at, value)) {
      const [times, values] = this.#all();
      this.#fill([...times, at], [...values, value]);
      return;
    }
    this.#put(this.#first + this.#length++, at, value);
  }

  #begin(at: number): void {
    this.#first = 0;
    this.#base = at;
    this.#scale = 1;
    this.#pace = 0;
  }

  /** Readings for which there is room in the numbers. */
  get #room(): number {
    const { length } = this.#numbers;
    return this.#pace > 0 ? 2 * length : this.#scale === 0 ? length >> 1 : length;
  }

  #fits(at: number, value: number): boolean {
    if (this.#scale === 0) return true;
    if (!Number.isInteger(at)) return false;
    if (this.#pace === 0) return at - this.#base < longest && isDecimal(value, this.#scale, zero);
    return isPunctual(at - this.#base - (this.#first + this.#length) * this.#pace, value, this.#scale);
  }

  #put(place: number, at: number, value: number): void {
    const numbers = this.#numbers;
    if (this.#scale === 0) {
      numbers[2 * place] = at;
      numbers[2 * place + 1] = value;
      return;
    }
    const units = Math.round(value * this.#scale);
    if (this.#pace === 0) {
      numbers[place] = (at - this.#base) * valuePlaces + units + zero;
      return;
    }
    const late = at - this.#base - place * this.#pace;
    const own = (late + latest) * 2 ** pairedPlaces + units + pairedZero;
    const pair = place >> 1;
    numbers[pair] = (place & 1) === 0 ? own * half : Math.floor(numbers[pair]! / half) * half + own;
  }

  /**
   * Makes room for another one: in place of those that are forgotten; or else for a sixteenth more, where an array that
   * grows by itself would have half.
   */
  #makeRoom(): void {
    const more = roomBeside(this.#length);
    if (this.#scale === 0) this.#fill(...this.#all());
    else if (this.#pace === 0 && this.#pair()) return;
    else if (this.#first >= more) this.#shift();
    else this.#numbers = widened(this.#numbers, this.#pace > 0 ? more >> 1 : more);
  }

  /** Moves the numbers to where the forgotten ones are; a pair stays one. */
  #shift(): void {
    const numbers = this.#numbers;
    const end = this.#first + this.#length;
    if (this.#pace > 0) {
      const pairs = this.#first >> 1;
      for (let i = pairs; i < (end + 1) >> 1; i++) numbers[i - pairs] = numbers[i]!;
      this.#base += 2 * pairs * this.#pace;
      this.#first &= 1;
      return;
    }
    const base = this.timeAt(0);
    const earlier = (base - this.#base) * valuePlaces;
    for (let i = this.#first; i < end; i++) numbers[i - this.#first] = numbers[i]! - earlier;
    this.#base = base;
    this.#first = 0;
  }

  /** Has each two share a number, where all come at a steady pace. @returns whether they do. */
  #pair(): boolean {
    const length = this.#length;
    if (length < few) return false;
    const base = this.timeAt(0);
    const pace = Math.round((this.timeAt(length - 1) - base) / (length - 1));
    if (pace === 0) return false;
    for (let i = 0; i < length; i++)
      if (!isPunctual(this.timeAt(i) - base - i * pace, this.valueAt(i), this.#scale)) return false;
    const [times, values] = this.#all();
    this.#numbers = roomFor((length + roomBeside(length) + 1) >> 1);
    this.#base = base;
    this.#pace = pace;
    this.#putAll(times, values);
    return true;
  }

  #all(): [times: number[], values: number[]] {
    const positions = Array.from({ length: this.#length }, (_, i) => i);
    return [positions.map((i) => this.timeAt(i)), positions.map((i) => this.valueAt(i))];
  }

  /** Keeps these instead, each a number where they fit. */
  #fill(times: readonly number[], values: readonly number[]): void {
    const [first, last] = [times[0]!, times.at(-1)!];
    this.#scale = times.every(Number.isInteger) && last - first < longest ? scaleOf(values) : 0;
    this.#pace = 0;
    this.#base = first;
    this.#numbers = roomFor((times.length + roomBeside(times.length)) * (this.#scale === 0 ? 2 : 1));
    this.#putAll(times, values);
  }

  #putAll(times: readonly number[], values: readonly number[]): void {
    this.#first = 0;
    this.#length = times.length;
    for (let i = 0; i < times.length; i++) this.#put(i, times[i]!, values[i]!);
  }

  /** Puts one in the place of another. */
  copy(from: number, to: number): void {
    // It has not the pace of the one whose place it takes.
    if (this.#pace > 0) this.#fill(...this.#all());
    this.#put(this.#first + to, this.timeAt(from), this.valueAt(from));
  }

  /** Forgets all from a position on. */
  cut(position: number): void {
    this.#length = position;
  }

  /** Forgets all before a position. */
  drop(position: number): void {
    this.#first += position;
    this.#length -= position;
    // What a device sent in a flood is not held for ever.
    if (this.#room > 2 * (this.#length + 2 * few)) this.#fill(...this.#all());
  }
}

/** Room for more beside so many readings. */
function roomBeside(readings: number): number {
  return Math.max(few, readings >> 4);
}

/** The smallest scale of which all values are decimals; 0 when there is none. */
function scaleOf(values: readonly number[]): number {
  return scales.find((scale) => values.every((value) => isDecimal(value, scale, zero))) ?? 0;
}
