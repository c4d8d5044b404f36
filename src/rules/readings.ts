import { roomFor, widened } from './cells.ts';

/** Readings for which there is room at the beginning. */
const few = 8;

/** A packed reading is the time since the first one, in milliseconds, times this, and its value in units of the scale. */
const valuePlaces = 2 ** 26;
const zero = 2 ** 25;
/** Together they fit into the 53 bits of a number's mantissa: 37 hours, and values up to 33 million units. */
const longest = 2 ** 27;
const scales = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** Whether a value is a decimal of that scale, to the last bit, and not too large. */
function isDecimal(value: number, scale: number): boolean {
  const units = Math.round(value * scale);
  return units / scale === value && Math.abs(units) < zero;
}

/**
 * Times and values of readings, the oldest first. What a sensor tells is a decimal of a few digits: as long as that is so,
 * and they span no more than a day and a half, each reading is one number; otherwise it is two. Of most devices this is
 * most of their memory.
 */
export class Readings {
  #numbers = roomFor(few);
  #length = 0;
  /** Time of the first one, where they are packed. */
  #base = 0;
  /** Units in one; 0 where they are not packed: time and value in turn. */
  #scale = 1;

  get length(): number {
    return this.#length;
  }

  /** Measured time, milliseconds since the epoch. */
  timeAt(position: number): number {
    if (this.#scale === 0) return this.#numbers[2 * position]!;
    return this.#base + Math.floor(this.#numbers[position]! / valuePlaces);
  }

  valueAt(position: number): number {
    if (this.#scale === 0) return this.#numbers[2 * position + 1]!;
    const packed = this.#numbers[position]!;
    return (packed - Math.floor(packed / valuePlaces) * valuePlaces - zero) / this.#scale;
  }

  /** Looks at where the next one will be; see `Fold.lookAhead`. */
  lookAhead(): number {
    return this.#numbers[this.#length * this.#perReading]! + this.#base;
  }

  /** Adds one that is newer than all others. */
  push(at: number, value: number): void {
    if (this.#length === 0) this.#begin(at);
    if ((this.#length + 1) * this.#perReading > this.#numbers.length) this.#widen();
    if (this.#fits(at, value)) this.#add(at, value);
    else {
      const [times, values] = this.#all();
      this.#fill([...times, at], [...values, value]);
    }
  }

  #begin(at: number): void {
    this.#base = at;
    this.#scale = 1;
  }

  get #perReading(): number {
    return this.#scale === 0 ? 2 : 1;
  }

  #fits(at: number, value: number): boolean {
    if (this.#scale === 0) return true;
    return at - this.#base < longest && Number.isInteger(at) && isDecimal(value, this.#scale);
  }

  #add(at: number, value: number): void {
    const position = this.#length++;
    if (this.#scale !== 0) {
      this.#numbers[position] = (at - this.#base) * valuePlaces + Math.round(value * this.#scale) + zero;
      return;
    }
    this.#numbers[2 * position] = at;
    this.#numbers[2 * position + 1] = value;
  }

  /** By an eighth, where an array that grows by itself would take half. */
  #widen(): void {
    this.#numbers = widened(this.#numbers, Math.max(few, this.#length >> 3) * this.#perReading);
  }

  #all(): [times: number[], values: number[]] {
    const positions = Array.from({ length: this.#length }, (_, i) => i);
    return [positions.map((i) => this.timeAt(i)), positions.map((i) => this.valueAt(i))];
  }

  /** Keeps these instead, as small as can be. */
  #fill(times: readonly number[], values: readonly number[]): void {
    const [first, last] = [times[0]!, times.at(-1)!];
    this.#scale = times.every(Number.isInteger) && last - first < longest ? scaleOf(values) : 0;
    this.#base = first;
    this.#numbers = roomFor((times.length + few) * this.#perReading);
    this.#length = 0;
    times.forEach((at, i) => {
      this.#add(at, values[i]!);
    });
  }

  /** Puts one in the place of another. */
  copy(from: number, to: number): void {
    if (this.#scale === 0) {
      this.#numbers[2 * to] = this.#numbers[2 * from]!;
      this.#numbers[2 * to + 1] = this.#numbers[2 * from + 1]!;
    } else this.#numbers[to] = this.#numbers[from]!;
  }

  /** Forgets all from a position on. */
  cut(position: number): void {
    this.#length = position;
  }

  /** Forgets all before a position. */
  drop(position: number): void {
    const packed = this.#scale !== 0;
    const perReading = packed ? 1 : 2;
    const base = this.timeAt(position);
    const earlier = packed ? (base - this.#base) * valuePlaces : 0;
    this.#length -= position;
    const [numbers, from, left] = [this.#numbers, position * perReading, this.#length * perReading];
    for (let i = 0; i < left; i++) numbers[i] = numbers[i + from]! - earlier;
    this.#base = base;
    // What a device sent in a flood is not held for ever.
    if (numbers.length > 2 * (left + few)) this.#numbers = numbers.slice(0, left + few);
    // What did not fit may be among those that are forgotten.
    if (!packed && scaleOf([this.valueAt(this.#length - 1)]) !== 0) this.#fill(...this.#all());
  }
}

/** The smallest scale of which all values are decimals; 0 when there is none. */
function scaleOf(values: readonly number[]): number {
  return scales.find((scale) => values.every((value) => isDecimal(value, scale))) ?? 0;
}
