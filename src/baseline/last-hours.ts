import type { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;
/** A departure is sustained over half a day. */
const sustainedHours = 12;
/** So many hours of it are to be known. */
const enough = 9;
/** All but a quarter of the hours share it: so long may spikes last, and do not make it larger. */
const apart = 1 / 4;
/** The half day, and the same hours of the day before. */
const kept = 24 + sustainedHours;

/** What a series was in the hours of the last day and a half: the mean of each, once it is over. */
export class LastHours {
  readonly #means = new Float32Array(kept).fill(Number.NaN);
  /** The hour under way, counted since the epoch, the sum of its values and their number. */
  #hour = Number.NaN;
  #sum = 0;
  #count = 0;
  /** What was expected when it began. */
  #expected = Number.NaN;
  /** How far the hours of the last half day were from what was expected of each. */
  readonly #off = new Float32Array(sustainedHours).fill(Number.NaN);

  /** The mean of the hour a day before a time; NaN where there is none. */
  dayBefore(time: number): number {
    return this.#means[slotOf(Math.floor(time / hourMs) - 24, kept)]!;
  }

  /**
   * @param expected what is expected of it; NaN where nothing is.
   * @returns whether another hour has begun.
   */
  learn(time: number, value: number, expected: number): boolean {
    const hour = Math.floor(time / hourMs);
    const begins = hour !== this.#hour;
    if (begins) {
      if (this.#count > 0) this.#keep(this.#hour, this.#sum / this.#count);
      this.#pass(hour);
      this.#hour = hour;
      this.#sum = 0;
      this.#count = 0;
      this.#expected = expected;
    }
    this.#sum += value;
    this.#count++;
    return begins;
  }

  /** Hours without a value were like the same hour of the day before, as far as anyone knows. */
  #pass(until: number): void {
    // Three days on, everything is where it was.
    const first = this.#hour + 1 + 72 * Math.max(0, Math.floor((until - this.#hour) / 72) - 1);
    for (let hour = first; hour < until; hour++) {
      this.#means[slotOf(hour, kept)] = this.#means[slotOf(hour - 24, kept)]!;
      this.#off[slotOf(hour, sustainedHours)] = Number.NaN;
    }
  }

  #keep(hour: number, mean: number): void {
    this.#means[slotOf(hour, kept)] = mean;
    this.#off[slotOf(hour, sustainedHours)] = mean - this.#expected;
  }

  /**
   * By how much three of four hours of the last half day were off on the same side: from what was expected, and from the
   * same hours of the day before, whichever is less. 0 where they were on both sides, NaN where too few are known.
   */
  sustained(): number {
    const beside: number[] = [];
    for (let hour = this.#hour - sustainedHours; hour < this.#hour; hour++) {
      beside.push(this.#means[slotOf(hour, kept)]! - this.#means[slotOf(hour - 24, kept)]!);
    }
    const off = sharedBy(Array.from(this.#off));
    const news = sharedBy(beside);
    if (Number.isNaN(off) || Number.isNaN(news)) return Math.abs(off);
    return off * news > 0 ? Math.min(Math.abs(off), Math.abs(news)) : 0;
  }

  /** What was is no measure of what is to come. */
  forget(): void {
    this.#means.fill(Number.NaN);
    this.#off.fill(Number.NaN);
    this.#sum = 0;
    this.#count = 0;
  }

  write(pack: PackWriter): void {
    pack.number(this.#hour, this.#sum, this.#count, this.#expected);
    pack.floats(this.#means);
    pack.floats(this.#off);
  }

  read(pack: PackReader): void {
    this.#hour = pack.number();
    this.#sum = pack.number();
    this.#count = pack.number();
    this.#expected = pack.number();
    pack.floats(this.#means);
    pack.floats(this.#off);
  }
}

/**
 * The least that all but a quarter of some numbers are above, or the most that they are below; 0 between the two, NaN
 * where too few are known.
 */
function sharedBy(numbers: number[]): number {
  const sorted = numbers.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
  if (sorted.length < enough) return Number.NaN;
  const out = Math.floor(sorted.length * apart);
  const [low, high] = [sorted[out]!, sorted[sorted.length - 1 - out]!];
  return low > 0 ? low : Math.min(0, high);
}

function slotOf(hour: number, room: number): number {
  return hour - room * Math.floor(hour / room);
}
